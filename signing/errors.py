"""The refusals of the package `signing`.

    SigningProblem
    ├── KeyProblem
    │   ├── KeyNotFound            signing.key-not-found
    │   ├── WrongPin               signing.wrong-pin
    │   └── KeyUnusable            signing.key-unusable
    ├── CertificateProblem
    │   ├── CertificateExpired     signing.certificate-expired
    │   ├── CertificateNotYetValid signing.certificate-not-yet-valid
    │   ├── CertificateRevoked     signing.certificate-revoked
    │   ├── CertificateUntrusted   signing.certificate-untrusted
    │   ├── CertificateUnsuitable  signing.certificate-unsuitable
    │   └── RevocationUnknown      signing.revocation-unknown
    ├── TimestampUnavailable       signing.timestamp-unavailable
    ├── TimestampUntrusted         signing.timestamp-untrusted
    ├── DocumentProblem
    │   ├── DocumentUnreadable     signing.document-unreadable
    │   ├── FieldMissing           signing.field-missing
    │   ├── FieldAlreadyFilled     signing.field-already-filled
    │   ├── FieldEmpty             signing.field-empty
    │   ├── FieldMisplaced         signing.field-misplaced
    │   ├── LeaderSignatureMissing signing.leader-signature-missing
    │   ├── LeaderSignatureInvalid signing.leader-signature-invalid
    │   ├── FontUnsuitable         signing.font-unsuitable
    │   ├── TextUnsuitable         signing.text-unsuitable
    │   └── ImageUnsuitable        signing.image-unsuitable
    ├── MessageUnsuitable          signing.message-unsuitable
    └── TrustUnusable              signing.trust-unusable

Validation does not raise these: what it sees wrong in a document becomes a finding (`signing.verdicts`).
"""

from __future__ import annotations

from schemas.problems import Problem


class SigningProblem(Problem):
    """The root of the tree."""


class KeyProblem(SigningProblem):
    """A signing key cannot be used."""

    status = 422


class KeyNotFound(KeyProblem):
    """No key stands under the reference."""

    code = "signing.key-not-found"
    status = 404
    message_vi = "Không tìm thấy khóa ký số. Hãy kiểm tra chứng thư số đã đăng ký cho người dùng."
    message_en = "The signing key was not found. Check which certificate is registered for the user."


class WrongPin(KeyProblem):
    """The secret does not open the key."""

    code = "signing.wrong-pin"
    status = 403
    message_vi = "Mã PIN hoặc mật khẩu khóa ký không đúng. Hãy nhập lại; nhập sai nhiều lần có thể khóa thiết bị."
    message_en = "The PIN or key password is wrong. Enter it again; repeated errors may lock the token."


class KeyUnusable(KeyProblem):
    """The key container is damaged, or its key is of a kind that this system does not sign with."""

    code = "signing.key-unusable"
    message_vi = "Khóa ký số bị hỏng hoặc không được hỗ trợ. Hãy dùng khóa RSA từ 2048 bit hoặc ECDSA P-256."
    message_en = "The signing key is damaged or unsupported. Use an RSA key of at least 2048 bits or ECDSA P-256."


class CertificateProblem(SigningProblem):
    """A certificate may not be used to sign now (NĐ 68/2024, articles 31 and 32)."""

    status = 422


class CertificateExpired(CertificateProblem):
    """The certificate, or one above it, is past its validity."""

    code = "signing.certificate-expired"
    message_vi = "Chứng thư số đã hết hạn. Hãy gia hạn hoặc dùng chứng thư số khác để ký."
    message_en = "The certificate has expired. Renew it or sign with another certificate."


class CertificateNotYetValid(CertificateProblem):
    """The certificate, or one above it, is not valid yet."""

    code = "signing.certificate-not-yet-valid"
    message_vi = "Chứng thư số chưa có hiệu lực. Hãy kiểm tra ngày hiệu lực và đồng hồ hệ thống."
    message_en = "The certificate is not valid yet. Check its dates and the system clock."


class CertificateRevoked(CertificateProblem):
    """The authority has revoked the certificate, or one above it."""

    code = "signing.certificate-revoked"
    message_vi = "Chứng thư số đã bị thu hồi. Hãy liên hệ cơ quan cấp chứng thư số để được cấp mới."
    message_en = "The certificate has been revoked. Ask its authority for a new one."


class CertificateUntrusted(CertificateProblem):
    """No path leads from the certificate to a trusted root."""

    code = "signing.certificate-untrusted"
    message_vi = "Chứng thư số không do tổ chức được tin cậy cấp. Hãy dùng chứng thư số chuyên dùng công vụ."
    message_en = "The certificate was not issued by a trusted authority. Use a certificate of public duty."


class CertificateUnsuitable(CertificateProblem):
    """The key usage of the certificate does not allow signing, or its path breaks a rule of RFC 5280."""

    code = "signing.certificate-unsuitable"
    message_vi = "Chứng thư số không dùng được để ký. Hãy chọn chứng thư số có mục đích ký số."
    message_en = "The certificate may not be used to sign. Choose one whose key usage is signing."


class RevocationUnknown(CertificateProblem):
    """Neither OCSP nor a CRL says that the certificate is in force."""

    code = "signing.revocation-unknown"
    status = 503
    message_vi = "Chưa kiểm tra được tình trạng thu hồi của chứng thư số. Hãy kiểm tra kết nối rồi ký lại."
    message_en = "Whether the certificate is revoked could not be checked. Check the connection and sign again."


class TimestampUnavailable(SigningProblem):
    """The time-stamp authority did not answer, or answered without a token (RFC 3161)."""

    code = "signing.timestamp-unavailable"
    status = 503
    message_vi = (
        "Không lấy được dấu thời gian. Văn bản chưa được ký; hãy kiểm tra dịch vụ cấp dấu thời gian rồi ký lại."
    )
    message_en = "No time-stamp could be obtained. The document is not signed; check the authority and sign again."


class TimestampUntrusted(SigningProblem):
    """The time-stamp token does not verify up to a trusted root."""

    code = "signing.timestamp-untrusted"
    status = 502
    message_vi = "Dấu thời gian không đáng tin cậy. Văn bản chưa được ký; hãy báo quản trị hệ thống."
    message_en = "The time-stamp is not trusted. The document is not signed; tell the administrator."


class DocumentProblem(SigningProblem):
    """A document is not in the state that the operation needs."""

    status = 422


class DocumentUnreadable(DocumentProblem):
    """The file is no PDF that can be signed: damaged, encrypted or with hybrid cross-references."""

    code = "signing.document-unreadable"
    message_vi = "Không đọc được tệp PDF (hỏng, mã hóa hoặc sai cấu trúc). Hãy xuất lại PDF rồi thử lại."
    message_en = "The PDF cannot be read (damaged, encrypted or malformed). Export it again and retry."


class FieldMissing(DocumentProblem):
    """A reserved field is not in the document."""

    code = "signing.field-missing"
    message_vi = "Văn bản chưa dành sẵn ô số, ngày hoặc chữ ký. Hãy tạo lại bản trình ký."
    message_en = "The document has no reserved field for the number, date or signature. Prepare it again."


class FieldAlreadyFilled(DocumentProblem):
    """A reserved field holds a value already."""

    code = "signing.field-already-filled"
    status = 409
    message_vi = "Văn bản đã có số, ngày hoặc chữ ký ở ô này. Hãy tải lại văn bản để xem trạng thái hiện tại."
    message_en = "The number, date or signature is already there. Reload the document to see its present state."


class FieldEmpty(DocumentProblem):
    """The number or the date is not filled in yet, so the document cannot be sealed."""

    code = "signing.field-empty"
    status = 409
    message_vi = "Văn bản chưa có số hoặc ngày ban hành. Hãy cấp số trước khi đóng dấu cơ quan."
    message_en = "The document has no number or date yet. Number it before sealing."


class FieldMisplaced(DocumentProblem):
    """A box lies outside its page, is empty, or is larger than a reserved field may be."""

    code = "signing.field-misplaced"
    message_vi = "Vị trí ô số, ngày hoặc chữ ký không hợp lệ. Hãy kiểm tra mẫu trình bày văn bản."
    message_en = "A reserved box is misplaced. Check the document's layout."


class LeaderSignatureMissing(DocumentProblem):
    """The competent person has not signed (NĐ 30/2020, article 32: the seal comes after the signature)."""

    code = "signing.leader-signature-missing"
    status = 409
    message_vi = (
        "Người có thẩm quyền chưa ký văn bản. Hãy trình ký trước; chỉ cấp số, đóng dấu sau chữ ký (Điều 32 NĐ 30/2020)."
    )
    message_en = (
        "The competent person has not signed. Have it signed first; number and seal follow (ND 30/2020, art. 32)."
    )


class LeaderSignatureInvalid(DocumentProblem):
    """The signature of the competent person does not verify as valid."""

    code = "signing.leader-signature-invalid"
    status = 409
    message_vi = (
        "Chữ ký của người có thẩm quyền không hợp lệ hoặc chưa đủ căn cứ. Hãy xem kết quả kiểm tra và trình ký lại."
    )
    message_en = "The competent person's signature is not valid. See the verification report and have it signed again."


class FontUnsuitable(DocumentProblem):
    """The font cannot be read, has not 1,000 units per em, or lacks a letter of the text."""

    code = "signing.font-unsuitable"
    status = 500
    message_vi = "Phông chữ dùng để điền số, ngày không phù hợp. Hãy báo quản trị dựng lại phông chữ của hệ thống."
    message_en = "The font for number and date is unsuitable. Ask the administrator to rebuild the fonts."


class TextUnsuitable(DocumentProblem):
    """The text for a reserved field is empty, has a line break, or is wider than its box."""

    code = "signing.text-unsuitable"
    message_vi = "Số hoặc ngày không vừa ô dành sẵn hoặc để trống. Hãy kiểm tra số, ký hiệu và ngày ban hành."
    message_en = "The number or date is empty or does not fit its box. Check number, notation and date."


class ImageUnsuitable(DocumentProblem):
    """The image of a signature or seal is no PNG with a transparent ground (NĐ 30/2020, annex I, II.7.d and II.8.a)."""

    code = "signing.image-unsuitable"
    message_vi = "Hình chữ ký hoặc dấu phải là tệp PNG nền trong suốt. Hãy tải lên hình khác."
    message_en = "The signature or seal image must be a PNG with a transparent background. Upload another one."


class MessageUnsuitable(SigningProblem):
    """The XML to be signed has not the shape that the signature needs, or is signed already."""

    code = "signing.message-unsuitable"
    status = 500
    message_vi = "Gói tin không đúng cấu trúc để ký số. Hãy báo quản trị hệ thống."
    message_en = "The message has not the structure that signing needs. Tell the administrator."


class TrustUnusable(SigningProblem):
    """A trust list cannot be read or holds no root."""

    code = "signing.trust-unusable"
    status = 500
    message_vi = "Danh sách chứng thư tin cậy không dùng được. Hãy kiểm tra cấu hình chứng thư gốc."
    message_en = "The trust list is unusable. Check the configured root certificates."
