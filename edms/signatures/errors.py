"""Refusals of the signatures slice; those of keys, certificates and files come from `signing.errors`.

```
Problem
├── KeyNotRegistered       no key in force for this person or agency
├── SignerChanged          the draft names another person than the one who signs
├── FileChanged            the file was replaced while it was being signed
├── SealNotValid           the sealed file did not verify and was not kept
├── CertificateOfAnother   the certificate of a key to be registered names another agency
├── CertificateNotInForce  the certificate of a key to be registered is not valid today
└── KeyUnknown             no such registered key
```
"""

from __future__ import annotations

from typing import ClassVar

from schemas.problems import Problem


class KeyNotRegistered(Problem):
    """No signing key is registered for the signer now."""

    code: ClassVar[str] = "signatures.key-not-registered"
    status: ClassVar[int] = 409
    message_vi: ClassVar[str] = (
        "Chưa có chứng thư số đang hiệu lực cho vị trí này. Hãy đề nghị quản trị đăng ký chứng thư số."
    )
    message_en: ClassVar[str] = "No certificate in force is registered here. Ask the administrator to register one."


class SignerChanged(Problem):
    """Another person came into the signer's position since the draft was laid out; the page still bears the former name."""

    code: ClassVar[str] = "signatures.signer-changed"
    status: ClassVar[int] = 409
    message_vi: ClassVar[str] = (
        "Dự thảo ghi họ tên người ký khác với bạn. Hãy mở Sửa dự thảo và trình lại để ghi đúng họ tên, rồi ký."
    )
    message_en: ClassVar[str] = (
        "The draft bears another signer's name. Open it for editing and submit it again with your name, then sign."
    )


class FileChanged(Problem):
    """Another version became current meanwhile; nothing was recorded."""

    code: ClassVar[str] = "signatures.file-changed"
    status: ClassVar[int] = 409
    message_vi: ClassVar[str] = "Tệp văn bản đã thay đổi trong khi ký. Hãy tải lại trang, đọc lại và ký lại."
    message_en: ClassVar[str] = (
        "The file changed while it was being signed. Reload the page, read it again and sign again."
    )


class SealNotValid(Problem):
    """Both signatures must verify before a sealed file is kept; `detail` names the findings."""

    code: ClassVar[str] = "signatures.seal-not-valid"
    status: ClassVar[int] = 500
    message_vi: ClassVar[str] = (
        "Văn bản đóng dấu xong nhưng kiểm tra chữ ký không đạt nên chưa được lưu. Hãy báo quản trị hệ thống."
    )
    message_en: ClassVar[str] = "The sealed file did not verify and was not kept. Tell the system's administrator."


class CertificateOfAnother(Problem):
    """A seal or system key bears an agency in its certificate (subject attribute 2.5.4.97); `detail` gives both."""

    code: ClassVar[str] = "signatures.certificate-of-another"
    status: ClassVar[int] = 422
    message_vi: ClassVar[str] = (
        "Chứng thư số ghi mã định danh của cơ quan khác nên chưa được đăng ký. Hãy chọn đúng tệp khóa của cơ quan này."
    )
    message_en: ClassVar[str] = (
        "The certificate names another agency, so the key was not registered. Choose the key file of this agency."
    )


class CertificateNotInForce(Problem):
    """Today lies outside the certificate's dates; `detail` gives them."""

    code: ClassVar[str] = "signatures.certificate-not-in-force"
    status: ClassVar[int] = 422
    message_vi: ClassVar[str] = (
        "Chứng thư số chưa có hiệu lực hoặc đã hết hạn nên chưa được đăng ký. Hãy dùng chứng thư số còn hiệu lực."
    )
    message_en: ClassVar[str] = (
        "The certificate is not valid today, so the key was not registered. Use a certificate that is in force."
    )


class KeyUnknown(Problem):
    """There is no registered key with that id, or it has ended already."""

    code: ClassVar[str] = "signatures.key-unknown"
    status: ClassVar[int] = 404
    message_vi: ClassVar[str] = "Không có chứng thư số đang dùng với mã này. Hãy xem mã trong danh sách đã đăng ký."
    message_en: ClassVar[str] = "No registered key in use has this id. Look for the id in the list of keys."
