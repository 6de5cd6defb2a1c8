"""Messages for the hub, written as text: invented agencies, the elements that the hub looks at."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from xml.sax.saxutils import escape

from tests.messages.wire import attachment, message

DIGESTS = 'xmlns:lt="urn:lienthong:edxml:1"'


def document(
    sender: str = "H99",
    recipients: Sequence[str] = ("H99.01",),
    document_id: str = "H99,2026/11/20,15/QĐ-UBND",
    *,
    business: str = "0",
    subject: str = "Về việc kiểm tra trục liên thông",
    contents: Sequence[bytes] = (),
    promised: Sequence[bytes] | None = None,
) -> bytes:
    """One document message with an attachment for each of `contents`.

    `promised` are the contents of which the manifest states the digests: other ones make the attachments wrong.
    """
    to = "".join(f"<edXML:To><edXML:OrganId>{one}</edXML:OrganId></edXML:To>" for one in recipients)
    references = [_reference(number, one) for number, one in enumerate(promised or (), 1)]
    return message(
        "<edXML:edXMLHeader><edXML:MessageHeader>"
        f"<edXML:From><edXML:OrganId>{sender}</edXML:OrganId><edXML:OrganName>Cơ quan gửi</edXML:OrganName></edXML:From>{to}"
        f"<edXML:DocumentId>{document_id}</edXML:DocumentId>"
        "<edXML:Code><edXML:CodeNumber>15</edXML:CodeNumber><edXML:CodeNotation>QĐ-UBND</edXML:CodeNotation></edXML:Code>"
        f"<edXML:Subject>{escape(subject)}</edXML:Subject></edXML:MessageHeader>"
        "<edXML:TraceHeaderList><edXML:Bussiness>"
        f"<edXML:BussinessDocType>{business}</edXML:BussinessDocType></edXML:Bussiness></edXML:TraceHeaderList>"
        f"</edXML:edXMLHeader><edXML:edXMLBody><edXML:edXMLManifest>{''.join(references)}</edXML:edXMLManifest>"
        "</edXML:edXMLBody>",
        "".join(attachment(one, cid=f"cid:{number}") for number, one in enumerate(contents, 1)),
    )


def _reference(number: int, content: bytes) -> str:
    sha256 = hashlib.sha256(content).hexdigest()
    return (
        f'<edXML:Reference {DIGESTS} lt:sha256="{sha256}" lt:size="{len(content)}">'
        f"<edXML:ContentId>cid:{number}</edXML:ContentId><edXML:ContentType>application/pdf</edXML:ContentType>"
        "<edXML:AttachmentName>a.pdf</edXML:AttachmentName></edXML:Reference>"
    )


def status(
    sender: str = "H99.01",
    about_organ: str = "H99",
    about_document: str = "H99,2026/11/20,15/QĐ-UBND",
    *,
    code: str = "03",
    description: str = "Đã tiếp nhận",
) -> bytes:
    """One status message."""
    return message(
        "<edXML:edXMLHeader><edXML:MessageHeader>"
        f"<edXML:From><edXML:OrganId>{sender}</edXML:OrganId></edXML:From>"
        f"<edXML:ResponseFor><edXML:OrganId>{about_organ}</edXML:OrganId><edXML:Code>15/QĐ-UBND</edXML:Code>"
        f"<edXML:DocumentId>{about_document}</edXML:DocumentId></edXML:ResponseFor>"
        f"<edXML:StatusCode>{code}</edXML:StatusCode><edXML:Description>{escape(description)}</edXML:Description>"
        "<edXML:Timestamp>2026/11/20 09:00:00</edXML:Timestamp></edXML:MessageHeader></edXML:edXMLHeader>"
    )
