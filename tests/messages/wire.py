"""Raw messages built as text, so that a test can say exactly what stands on the wire."""

from __future__ import annotations

import base64
import io
import zipfile

NAMESPACE = "http://www.mic.gov.vn/TBT/QCVN_102_2016"
PDF = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def zipped(name: str, content: bytes, *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.writestr(zipfile.ZipInfo(name, (2026, 1, 5, 8, 0, 0)), content, method)
    return buffer.getvalue()


def attachment(content: bytes | str, *, cid: str = "cid:1", name: str = "a.pdf", kind: str = "application/pdf") -> str:
    """One Attachment element; `content` as bytes is encoded, as text is put there verbatim."""
    text = base64.b64encode(content).decode() if isinstance(content, bytes) else content
    return (
        f"<Attachment><ContentId>{cid}</ContentId><AttachmentName>{name}</AttachmentName>"
        f"<ContentType>{kind}</ContentType>"
        f'<edXML:ContentTransferEncoded xmlns:edXML="{NAMESPACE}">{text}</edXML:ContentTransferEncoded>'
        "</Attachment>"
    )


def message(envelope: str = "<edXML:edXMLHeader/>", attachments: str = "") -> bytes:
    """A whole message; `envelope` is what stands inside edXMLEnvelope, where the prefix edXML is bound."""
    encoded = f"<AttachmentEncoded>{attachments}</AttachmentEncoded>" if attachments else ""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<edXML xmlns="{NAMESPACE}">'
        f'<edXML:edXMLEnvelope xmlns:edXML="{NAMESPACE}">{envelope}</edXML:edXMLEnvelope>{encoded}</edXML>'
    ).encode()


class Chopped(io.BytesIO):
    """Gives the input in pieces of the lengths asked for, then the rest byte by byte."""

    def __init__(self, data: bytes, lengths: list[int]) -> None:
        super().__init__(data)
        self._lengths = iter(lengths)

    def read(self, _size: int | None = -1, /) -> bytes:
        return super().read(next(self._lengths, 1))
