"""Composes our own sample messages: invented agencies and people, the oddities of real traffic.

`python -m tests.messages.compose` writes them to `tests/messages/samples`; a test holds the files against this script.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path

from tests.messages.wire import NAMESPACE, PDF, zipped

SAMPLES = Path(__file__).parent / "samples"

MINISTRY = """<edXML:OrganId>000.00.00.G99</edXML:OrganId>
          <edXML:OrganizationInCharge>Bộ Thử nghiệm</edXML:OrganizationInCharge>
          <edXML:OrganName>Văn phòng Bộ Thử nghiệm</edXML:OrganName>
          <edXML:OrganAdd>Số 1, đường Mẫu, Hà Nội</edXML:OrganAdd>
          <edXML:Email>vanthu@thunghiem.example</edXML:Email>
          <edXML:Telephone>024 0000 0001</edXML:Telephone>
          <edXML:Fax>024 0000 0002</edXML:Fax>
          <edXML:Website>thunghiem.example</edXML:Website>"""
PROVINCE = """<edXML:OrganId>H99</edXML:OrganId>
          <edXML:OrganName>UBND tỉnh Mẫu</edXML:OrganName>
          <edXML:OrganizationInCharge>UBND tỉnh Mẫu</edXML:OrganizationInCharge>"""
COMMUNE = "<edXML:OrganId>H99.107</edXML:OrganId>"
STAFF = """<edXML:StaffInfo>
            <edXML:Department>Văn thư</edXML:Department>
            <edXML:Staff>Trần Thị Mẫu</edXML:Staff>
            <edXML:Mobile>84900000001</edXML:Mobile>
            <edXML:Email>mau@thunghiem.example</edXML:Email>
          </edXML:StaffInfo>"""
DOCUMENT_ID = "000.00.00.G99,2026/09/30,7816/VPBTN-TTĐT"
OLD_ID = "000.00.00.G99,2014/02/30,7806/VPBTN-TTĐT"

RESPONSE_TO_OLD = f"""<edXML:ResponseFor>
          <edXML:OrganId>H99</edXML:OrganId>
          <edXML:Code>7806/VPBTN-TTĐT</edXML:Code>
          <edXML:DocumentId>{OLD_ID}</edXML:DocumentId>
          <edXML:PromulgationDate>2014/02/28</edXML:PromulgationDate>
        </edXML:ResponseFor>"""
EMPTY_RESPONSE = """<edXML:ResponseFor>
          <edXML:OrganId></edXML:OrganId><edXML:Code/><edXML:PromulgationDate></edXML:PromulgationDate>
        </edXML:ResponseFor>"""
TRACE = """<edXML:TraceHeader>
          <edXML:OrganId>000.00.00.G99</edXML:OrganId>
          <edXML:Timestamp>2026/09/30 08:00:00</edXML:Timestamp>
        </edXML:TraceHeader>"""
NULL_TRACE = """<edXML:TraceHeader><edXML:OrganId>null</edXML:OrganId>
          <edXML:Timestamp>2026/09/30 08:00:05</edXML:Timestamp></edXML:TraceHeader>
        <edXML:TraceHeader><edXML:Timestamp>2026/09/30 08:00:06</edXML:Timestamp></edXML:TraceHeader>"""
DUMMY_SIGNATURE = """<Signature>
        <SignedInfo><Reference URI=""><DigestValue>AAAA</DigestValue></Reference></SignedInfo>
        <SignatureValue>AAAA</SignatureValue>
        <KeyInfo><X509Data><X509SubjectName>CN=user00</X509SubjectName>
          <X509Certificate>MIIFqTCCBJG</X509Certificate></X509Data></KeyInfo>
      </Signature>"""


def business(kind: str, inside: str = "", *, target: str = "") -> str:
    named = f"<edXML:DocumentId>{target}</edXML:DocumentId>" if target else ""
    return f"""<edXML:Bussiness>
          {named}<edXML:BussinessDocType>{kind}</edXML:BussinessDocType>
          <edXML:BussinessDocReason>Lý do nghiệp vụ {kind}</edXML:BussinessDocReason>
          <edXML:Paper>0</edXML:Paper>{inside}{STAFF}
        </edXML:Bussiness>"""


UPDATE = """<edXML:BussinessDocumentInfo>
            <edXML:DocumentInfo>1</edXML:DocumentInfo><edXML:DocumentReceiver>1</edXML:DocumentReceiver>
            <edXML:ReceiverList>
              <edXML:Receiver><edXML:OrganId>H99</edXML:OrganId><edXML:ReceiverType>0</edXML:ReceiverType></edXML:Receiver>
              <edXML:Receiver><edXML:OrganId>H98</edXML:OrganId><edXML:ReceiverType>1</edXML:ReceiverType></edXML:Receiver>
            </edXML:ReceiverList>
          </edXML:BussinessDocumentInfo>"""
REPLACEMENT = f"""<edXML:ReplacementInfoList>
            <edXML:ReplacementInfo><edXML:DocumentId>{OLD_ID}</edXML:DocumentId>
              <edXML:OrganIdList><edXML:OrganId>H99</edXML:OrganId><edXML:OrganId>H98</edXML:OrganId></edXML:OrganIdList>
            </edXML:ReplacementInfo>
            <edXML:ReplacementInfo><edXML:DocumentId>b7f9-uuid</edXML:DocumentId></edXML:ReplacementInfo>
          </edXML:ReplacementInfoList>"""


def reference(cid: str, kind: str, name: str, *, more: str = "") -> str:
    return f"""
        <edXML:Reference>
          <edXML:ContentId>{cid}</edXML:ContentId><edXML:ContentType>{kind}</edXML:ContentType>{more}
          <edXML:AttachmentName>{name}</edXML:AttachmentName>
        </edXML:Reference>"""


def encoded(cid: str, kind: str, name: str, content: bytes) -> str:
    return f"""
    <Attachment>
      <ContentId>{cid}</ContentId><AttachmentName>{name}</AttachmentName><ContentType>{kind}</ContentType>
      <edXML:ContentTransferEncoded xmlns:edXML="{NAMESPACE}">{base64.b64encode(content).decode()}</edXML:ContentTransferEncoded>
    </Attachment>"""


PDF_LINE = reference("cid:209", "application/pdf", "7816.signed.pdf")
PDF_PART = encoded("cid:209", "application/pdf", "7816.signed.pdf", PDF)


def document(
    *,
    sender: str = f"<edXML:From>{MINISTRY}</edXML:From>",
    recipients: str = f"<edXML:To>{PROVINCE}</edXML:To><edXML:To>{COMMUNE}</edXML:To>",
    document_id: str = f"<edXML:DocumentId>{DOCUMENT_ID}</edXML:DocumentId>",
    number: str = "7816",
    date: str = "2026/09/30",
    subject: str = "V/v kết nối, liên thông\n        ",
    more: str = "",
    sphere: str = "Liên thông",
    trace: str = TRACE + business("0", target=OLD_ID),
    signature: str = DUMMY_SIGNATURE,
    manifest: str = PDF_LINE,
    attachments: str = PDF_PART,
) -> bytes:
    parts = f"\n  <AttachmentEncoded>{attachments}\n  </AttachmentEncoded>" if attachments else ""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<edXML xmlns="{NAMESPACE}">
  <edXML:edXMLEnvelope xmlns:edXML="{NAMESPACE}">
    <edXML:edXMLHeader>
      <edXML:MessageHeader>
        {sender}
        {recipients}
        {document_id}
        <edXML:Code>
          <edXML:CodeNumber>{number}</edXML:CodeNumber><edXML:CodeNotation>VPBTN-TTĐT</edXML:CodeNotation>
        </edXML:Code>
        <edXML:PromulgationInfo>
          <edXML:Place>Hà Nội</edXML:Place><edXML:PromulgationDate>{date}</edXML:PromulgationDate>
        </edXML:PromulgationInfo>
        <edXML:DocumentType><edXML:Type>1</edXML:Type><edXML:TypeName>Công văn</edXML:TypeName></edXML:DocumentType>
        <edXML:Subject>{subject}</edXML:Subject>
        <edXML:SignerInfo>
          <edXML:Competence>TL. BO TRUONG</edXML:Competence><edXML:Position>Chánh Văn phòng</edXML:Position>
          <edXML:FullName>Nguyễn Văn Mẫu</edXML:FullName>
        </edXML:SignerInfo>
        <edXML:DueDate>2026/10/15</edXML:DueDate>
        <edXML:ToPlaces><edXML:Place>Các sở</edXML:Place><edXML:Place>Lưu: VT</edXML:Place></edXML:ToPlaces>
        <edXML:OtherInfo>
          <edXML:Priority>1</edXML:Priority><edXML:SphereOfPromulgation>{sphere}</edXML:SphereOfPromulgation>
          <edXML:PageAmount>2</edXML:PageAmount><edXML:Direction>false</edXML:Direction>
          <edXML:Appendixes><edXML:Appendix>Phụ lục I</edXML:Appendix></edXML:Appendixes>
        </edXML:OtherInfo>
        {more}
        <edXML:SteeringType>1</edXML:SteeringType>
      </edXML:MessageHeader>
      <edXML:TraceHeaderList>
        {trace}
      </edXML:TraceHeaderList>
      {signature}
    </edXML:edXMLHeader>
    <edXML:edXMLBody>
      <edXML:edXMLManifest version="1.0">{manifest}
      </edXML:edXMLManifest>
    </edXML:edXMLBody>
  </edXML:edXMLEnvelope>{parts}
</edXML>
""".encode()


def status(code: str, *, sender: str = PROVINCE, other: str = "000.00.00.G99", document_id: str = DOCUMENT_ID) -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<edXML xmlns="{NAMESPACE}">
  <edXML:edXMLEnvelope xmlns:edXML="{NAMESPACE}">
    <edXML:edXMLHeader>
      <edXML:MessageHeader>
        <edXML:From>{sender}</edXML:From>
        <edXML:ResponseFor>
          <edXML:OrganId>{other}</edXML:OrganId><edXML:Code>7816/VPBTN-TTĐT</edXML:Code>
          <edXML:PromulgationDate>2026/09/30</edXML:PromulgationDate>
          <edXML:DocumentId>{document_id}</edXML:DocumentId>
        </edXML:ResponseFor>
        {STAFF}
        <edXML:StatusCode>{code}</edXML:StatusCode>
        <edXML:Description>Văn thư: trạng thái {code}</edXML:Description>
        <edXML:Timestamp>2026/09/30 17:25:11</edXML:Timestamp>
      </edXML:MessageHeader>
    </edXML:edXMLHeader>
  </edXML:edXMLEnvelope>
</edXML>
""".encode()


def _documents() -> Iterator[tuple[str, bytes]]:
    yield "new", document()
    yield (
        "new_of_another",
        document(sender=f"<edXML:From>{PROVINCE}</edXML:From>", recipients=f"<edXML:To>{COMMUNE}</edXML:To>"),
    )
    revocation = TRACE + business("1")
    yield "revoke_response_for", document(more=RESPONSE_TO_OLD, trace=revocation)
    yield "revoke_business", document(trace=business("1", target=OLD_ID) + TRACE)
    yield "revoke_both", document(more=RESPONSE_TO_OLD, trace=business("1", target=OLD_ID) + TRACE)
    yield "revoke_differing", document(more=RESPONSE_TO_OLD, trace=TRACE + business("1", target="uuid-1"))
    yield "revoke_nothing", document(more=EMPTY_RESPONSE, trace=revocation)
    yield "update", document(trace=TRACE + business("2", UPDATE, target=OLD_ID))
    yield "replace", document(trace=TRACE + business("3", REPLACEMENT))
    yield "without_business", document(trace=NULL_TRACE, more=EMPTY_RESPONSE, signature="")
    yield (
        "oddities",
        document(
            sender=f"<edXML:From><edXML:From>{MINISTRY}</edXML:From></edXML:From>",
            recipients=f"<edXML:To>{COMMUNE}</edXML:To>" * 2
            + "<edXML:To><edXML:OrganName>x</edXML:OrganName></edXML:To>",
            number="BINTEST123",
            date="31/11/2026",
            subject="Về việc<!-- xen --> thử nghiệm",
        ),
    )
    yield "two_senders", document(sender=f"<edXML:From>{MINISTRY}</edXML:From><edXML:From>{PROVINCE}</edXML:From>")
    yield "derived_id", document(document_id="<edXML:DocumentId/>", date="30/09/2026")
    yield "secret", document(sphere="TỐI  MẬT")
    legacy = document(signature="").replace(NAMESPACE.encode(), b"http://www.e-doc.vn/Schema/")
    yield "legacy_namespace", legacy
    yield "unknown_namespace", document(signature="").replace(NAMESPACE.encode(), b"urn:example:other")
    yield "no_namespace", _without_namespace(document(signature=""))
    yield "other_prefix", document().replace(b"edXML:", b"ns2:").replace(b"xmlns:edXML", b"xmlns:ns2")


def _attachments() -> Iterator[tuple[str, bytes]]:
    name = "1896_QD.doc"
    wrapped = zipped("7a71a0ee-2f35-400d-aca9-811d478eb158.edxml", b"<?xml version='1.0'?><edXML/>")
    zip_line = reference("cid:1", "application/zip", name)
    yield (
        "zip_single_edxml",
        document(manifest=zip_line, attachments=encoded("cid:1", "application/zip", name, wrapped)),
    )
    yield (
        "zip_called_pdf",
        document(
            manifest=reference("cid:1", "application/pdf", "a.pdf"),
            attachments=encoded("cid:1", "application/pdf", "a.pdf", zipped("a.pdf", PDF)),
        ),
    )
    yield (
        "zip_in_manifest_called_pdf",
        document(
            manifest=reference("1", "application/pdf", "a.pdf"),
            attachments=encoded("cid:1", "application/zip", "b.pdf", zipped("a.pdf", PDF)),
        ),
    )
    yield (
        "pdf_damaged_as_text",
        document(
            attachments=encoded("cid:209", "application/pdf", "7816.signed.pdf", PDF.decode(errors="replace").encode())
        ),
    )
    yield (
        "missing_and_unlisted",
        document(
            manifest=PDF_LINE + reference("cid:2", "application/pdf", "../b.pdf"),
            attachments=PDF_PART + encoded("cid:3", "application/pdf", "c.pdf", PDF),
        ),
    )
    yield "same_content_id", document(manifest=PDF_LINE * 2, attachments=PDF_PART * 2)
    yield "no_attachments", document(manifest="", attachments="")
    digest = document().replace(
        b"<edXML:Reference>",
        b'<edXML:Reference xmlns:lt="urn:lienthong:edxml:1" lt:size="1" lt:sha256="' + b"0" * 64 + b'">',
    )
    yield "wrong_digest", digest


def _refused() -> Iterator[tuple[str, bytes]]:
    yield "refused_malformed", document().replace(b"</edXML:From>", b"", 1)
    yield "refused_not_edxml", document().replace(b"<edXML ", b"<other ").replace(b"</edXML>", b"</other>")
    yield "refused_no_sender", document(sender="<edXML:From><edXML:OrganId> </edXML:OrganId></edXML:From>")
    yield "refused_no_recipient", document(recipients="")
    yield "refused_no_identity", document(document_id="", date="")
    yield "refused_unknown_business", document(trace=business("7"))
    yield "refused_two_headers", document(more="<edXML:MessageHeader/>")
    yield "refused_status_without_code", status("")
    nothing = status("03", document_id="").replace("<edXML:Code>7816/VPBTN-TTĐT</edXML:Code>".encode(), b"")
    yield "refused_status_without_target", nothing


def _statuses() -> Iterator[tuple[str, bytes]]:
    for code in ("01", "02", "03", "04", "05", "06", "15", "16"):
        yield f"status_{code}", status(code)
    yield "status_01_in_other_words", status("01").replace("Văn thư: trạng thái 01".encode(), "Đã đến nơi".encode())
    yield "status_13", status("13", sender=MINISTRY, other="H99")
    yield "status_one_digit", status("3")
    yield "status_unknown", status("99")
    yield "status_by_code", status("03", document_id="")


def _without_namespace(raw: bytes) -> bytes:
    declarations = (f' xmlns="{NAMESPACE}"', f' xmlns:edXML="{NAMESPACE}"')
    for text in (*declarations, "edXML:"):
        raw = raw.replace(text.encode(), b"")
    return raw


MESSAGES: dict[str, bytes] = dict([*_documents(), *_attachments(), *_statuses(), *_refused()])
"""Every sample by the name of its file without `.edxml`."""


if __name__ == "__main__":
    SAMPLES.mkdir(exist_ok=True)
    for stale in SAMPLES.glob("*.edxml"):
        stale.unlink()
    for name, raw in MESSAGES.items():
        (SAMPLES / f"{name}.edxml").write_bytes(raw)
