"""Composes messages as software in the field really writes them, beyond the standard: one oddity in each.

`python -m tests.messages.practice` writes them to `tests/messages/samples/practice`; a test holds the files against this
script.
"""

from __future__ import annotations

import base64
import gzip
import io
import re
import textwrap
import unicodedata
import zipfile
from collections.abc import Iterator

from tests.messages.compose import (
    COMMUNE,
    EMPTY_RESPONSE,
    MINISTRY,
    OLD_ID,
    PDF_LINE,
    PDF_PART,
    PROVINCE,
    REPLACEMENT,
    RESPONSE_TO_OLD,
    SAMPLES,
    TRACE,
    UPDATE,
    business,
    document,
    encoded,
    reference,
    status,
)
from tests.messages.wire import NAMESPACE, PDF, zipped

FOLDER = SAMPLES / "practice"
OTHER_ID = "123e4567-e89b-42d3-a456-426614174000"

_ENVELOPE_END = b"</edXML:edXMLEnvelope>"
_CODE_IN_PARTS = """<edXML:ResponseFor>
          <edXML:OrganId>H99</edXML:OrganId>
          <edXML:Code><edXML:CodeNumber>7806</edXML:CodeNumber><edXML:CodeNotation>VPBTN-TTĐT</edXML:CodeNotation></edXML:Code>
        </edXML:ResponseFor>"""
_REPLY = f"""<edXML:ResponseFor>
          <edXML:OrganId>H99</edXML:OrganId><edXML:Code>12/UBND-VX</edXML:Code>
          <edXML:DocumentId>{OTHER_ID}</edXML:DocumentId><edXML:PromulgationDate>05/01/2026</edXML:PromulgationDate>
        </edXML:ResponseFor>"""
_SDK_EXTRAS = """<edXML:ResponseForTask><edXML:TaskCode>NV-1</edXML:TaskCode></edXML:ResponseForTask>
        <edXML:ApplicationType>QLVB</edXML:ApplicationType>"""


def archive(*entries: tuple[str, bytes]) -> bytes:
    """A ZIP of `entries`, the same bytes at every call."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in entries:
            target.writestr(zipfile.ZipInfo(name, (2026, 1, 5, 8, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def carrying(content: bytes | str, *, kind: str = "application/pdf", name: str = "a.pdf") -> bytes:
    """A new document with one attachment; `content` as text stands there verbatim."""
    part = encoded("cid:1", kind, name, content if isinstance(content, bytes) else b"@@")
    if isinstance(content, str):
        part = part.replace(base64.b64encode(b"@@").decode(), content)
    return document(manifest=reference("cid:1", kind, name), attachments=part)


def _headers() -> Iterator[tuple[str, bytes]]:
    yield "document_id_uuid", document(document_id=f"<edXML:DocumentId>{OTHER_ID}\n  </edXML:DocumentId>")
    yield "document_id_voffice", document(document_id="<edXML:DocumentId>H99-2026-12/UBND-VX</edXML:DocumentId>")
    yield "number_of_14_digits", document(number="20260930081512")
    null = "<edXML:To><edXML:OrganId>null</edXML:OrganId></edXML:To>"
    yield "recipient_null", document(recipients=f"<edXML:To>{PROVINCE}</edXML:To>{null}")
    yield (
        "sender_null_first",
        document(
            sender=f"<edXML:From><edXML:OrganId>null</edXML:OrganId></edXML:From><edXML:From>{MINISTRY}</edXML:From>"
        ),
    )
    cdata = MINISTRY.replace("000.00.00.G99", "<![CDATA[ 000.00.00.G99 ]]>")
    yield (
        "cdata_and_comments",
        document(
            sender=f"<!-- ai --><edXML:From><!-- mã -->{cdata}</edXML:From>",
            subject="<![CDATA[V/v <kết nối> & liên thông]]>",
        ),
    )
    yield "decomposed_accents", unicodedata.normalize("NFD", document().decode()).encode()
    yield "without_accents", document(subject="V/v ket noi, lien thong").replace("Công văn".encode(), b"Cong van")
    yield "date_iso", document(date="2026-09-30T00:00:00.000+07:00")
    yield "date_compact", document(date="20260930")
    yield "date_in_words", document(date="ngày 30 tháng 9 năm 2026")
    yield "date_impossible", document(date="2026/02/30")
    yield "reply", document(more=_REPLY)
    yield "reply_code_in_parts", document(more=_CODE_IN_PARTS)
    yield "replies_to_two", document(more=_REPLY + EMPTY_RESPONSE + RESPONSE_TO_OLD)
    yield "sdk_extras", document(more=_SDK_EXTRAS)
    yield "status_code_empty", document(more="<edXML:StatusCode/>")
    yield "signature_empty", document(signature="<edXML:DigitalSignature/>")
    whole = base64.b64encode(b"\x30\x82\x01\x00" + bytes(256)).decode()
    yield (
        "signature_of_right_shape",
        document(
            signature=f"""<Signature xmlns="http://www.w3.org/2000/09/xmldsig#">
        <SignedInfo><Reference URI=""><DigestValue>AAAA</DigestValue></Reference></SignedInfo>
        <SignatureValue>\n{whole}\n</SignatureValue>
        <KeyInfo><X509Data><X509SubjectName/><X509Certificate>{whole}</X509Certificate></X509Data></KeyInfo></Signature>"""
        ),
    )
    yield (
        "trace_with_attributes",
        document().replace(
            b"<edXML:TraceHeaderList>", b'<edXML:TraceHeaderList id="1" version="1.0" mustUnderstand="1" actor="x">'
        ),
    )


def _operations() -> Iterator[tuple[str, bytes]]:
    yield "business_twice", document(trace=TRACE + business("1", target=OLD_ID) + business("2", target=OTHER_ID))
    yield (
        "business_outside_trace",
        document(trace=TRACE).replace(
            b"<edXML:TraceHeaderList>", business("1", target=OLD_ID).encode() + b"<edXML:TraceHeaderList>"
        ),
    )
    yield "business_one_s", document(trace=business("1", target=OLD_ID).replace("Bussiness>", "Business>") + TRACE)
    yield "business_two_digits", document(trace=TRACE + business("02", UPDATE, target=OLD_ID))
    yield "update_and_reply", document(more=_REPLY, trace=business("2", UPDATE, target=OLD_ID) + TRACE)
    yield "update_by_response_for", document(more=RESPONSE_TO_OLD, trace=TRACE + business("2", UPDATE))
    others = "</edXML:DocumentId><edXML:OrganIdList><edXML:OrganId>H97</edXML:OrganId></edXML:OrganIdList>"
    twice = REPLACEMENT.replace("b7f9-uuid</edXML:DocumentId>", OLD_ID + others)
    yield "replace_same_twice", document(more=RESPONSE_TO_OLD, trace=TRACE + business("3", twice))
    yield "revoke_by_code", document(more=_CODE_IN_PARTS, trace=TRACE + business("1"))
    several = RESPONSE_TO_OLD.encode() + b"<edXML:StaffInfo>"
    yield "status_of_two", status("03").replace(b"<edXML:StaffInfo>", several)
    yield "status_without_party", status("01", other="")
    yield (
        "status_with_recipient",
        status("03").replace(b"<edXML:ResponseFor>", f"<edXML:To>{COMMUNE}</edXML:To><edXML:ResponseFor>".encode()),
    )
    yield "status_time_iso", status("06").replace(b"2026/09/30 17:25:11", b"2026-09-30T17:25:11.5+07:00")


def _places() -> Iterator[tuple[str, bytes]]:
    raw = document()
    start, end = raw.index(b"  <AttachmentEncoded>"), raw.index(b"</AttachmentEncoded>") + len(b"</AttachmentEncoded>")
    parts, without = raw[start:end], raw[:start] + raw[end:]
    prefixed = re.sub(rb"<(/?)(Attachment|ContentId|ContentType)", rb"<\1edXML:\2", parts)
    prefixed = prefixed.replace(
        b"<edXML:AttachmentEncoded>", f'<edXML:AttachmentEncoded xmlns:edXML="{NAMESPACE}">'.encode()
    )
    yield "attachments_prefixed", raw[:start] + prefixed + raw[end:]
    yield "attachments_in_envelope", without.replace(_ENVELOPE_END, parts + _ENVELOPE_END)
    yield "attachments_in_body", without.replace(b"</edXML:edXMLBody>", parts + b"</edXML:edXMLBody>")
    yield (
        "attachments_before_envelope",
        without.replace(b"  <edXML:edXMLEnvelope", parts + b"\n  <edXML:edXMLEnvelope", 1),
    )
    bare = parts.replace(b"<AttachmentEncoded>", b"").replace(b"</AttachmentEncoded>", b"")
    yield "attachments_at_root", raw[:start] + bare + raw[end:]
    text = base64.b64encode(PDF).decode()
    loose = (
        f"<Attachment><ContentId>209</ContentId><AttachmentName>7816.signed.pdf</AttachmentName>\n{text}\n</Attachment>"
    )
    yield "attachment_text_loose", document(attachments=loose)
    bound = f'xmlns:edXML="{NAMESPACE}"'
    named = f"""<Attachment><FieldName>file1</FieldName><FileName>7816.signed.pdf</FileName><ContentId>209</ContentId>
      <MimeType>application/pdf</MimeType>
      <edXML:ContentTransferEncoded {bound}>{text}</edXML:ContentTransferEncoded></Attachment>"""
    yield "attachment_mime_type", document(attachments=named)
    yield "content_ids_in_capitals", document(manifest=reference("CID: 209", "application/pdf", "7816.signed.pdf"))
    line = PDF_LINE.replace("<edXML:ContentId>cid:209</edXML:ContentId>", "")
    href = line.replace(
        "<edXML:Reference>", '<edXML:Reference xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="cid:209">'
    )
    yield "content_id_in_href", document(manifest=href).replace(b"edXMLManifest", b"Manifest")
    yield "three_with_one_id", document(manifest=PDF_LINE * 3, attachments=PDF_PART * 3)


def _contents() -> Iterator[tuple[str, bytes]]:
    text = base64.b64encode(PDF * 9).decode()
    yield "base64_in_lines", carrying("\n      " + "\r\n      ".join(textwrap.wrap(text, 76)) + "\n    ")
    yield "base64_url_safe", carrying(base64.urlsafe_b64encode(PDF + b"\xfb\xff\xbf" * 3 + b"%%EOF\n").decode())
    yield "base64_data_url", carrying("data:application/pdf;base64," + text)
    yield "base64_unpadded", carrying(base64.b64encode(PDF + b"\n" * (-len(PDF) % 3 + 1)).decode().rstrip("="))
    yield "content_empty", carrying(b"")
    yield "zip_of_pdf", carrying(archive(("x/b.pdf", PDF)), kind="application/zip", name="b.pdf")
    yield "zip_of_two", carrying(archive(("a.pdf", PDF), ("b.pdf", PDF)), kind="application/zip", name="ho-so.zip")
    yield "zip_damaged", carrying(archive(("a.pdf", PDF))[:-30], kind="application/zip", name="a.zip")
    yield "zip_of_zip", carrying(zipped("b.zip", archive(("a.pdf", PDF))), kind="application/zip", name="b.zip")
    cut = PDF.decode(errors="replace").encode()
    yield "zip_of_damaged_pdf", carrying(archive(("a.pdf", cut)), kind="application/zip")
    yield "pdf_cut_short", carrying(PDF[:-8])
    yield "pdf_called_docx", carrying(PDF, kind="application/docx", name="a.docx")
    yield (
        "docx",
        carrying(
            archive(("[Content_Types].xml", b"<Types/>"), ("word/document.xml", b"<w/>")),
            kind="application/docx",
            name="a.docx",
        ),
    )
    yield "rtf_called_doc", carrying(b"{\\rtf1 xin ch\\'e0o}", kind="application/msword", name="a.doc")


def _encodings() -> Iterator[tuple[str, bytes]]:
    yield "utf8_with_mark", b"\xef\xbb\xbf" + document()
    yield "utf16", document().decode().replace('"UTF-8"', '"UTF-16"').encode("utf-16")
    yield "without_declaration", document().split(b"?>\n", 1)[1]


def _refused() -> Iterator[tuple[str, bytes]]:
    raw = document()
    yield "refused_nested_from", document(sender=f"<edXML:From>\n<edXML:From>{MINISTRY}</edXML:From>")
    yield "refused_prefix_undeclared", raw.replace(b"<edXML:Reference>", b'<edXML:Reference xlink:href="">')
    yield "refused_cut_in_header", raw[: raw.index(b"</edXML:CodeNotation>") - 3]
    yield "refused_cut_in_content", raw[: raw.index(b"</edXML:ContentTransferEncoded>") - 3]
    yield "refused_text_after_root", raw + b"--boundary--"
    yield "refused_not_base64", carrying("${__StringFromFile(test.txt,,,)}")
    yield "refused_zip_bomb", carrying(zipped("a.pdf", bytes(3 * 1024 * 1024)), kind="application/zip")
    yield "refused_secret", document(subject="[MẬT] V/v thử nghiệm")
    start, end = raw.index(b"  <edXML:edXMLEnvelope"), raw.index(_ENVELOPE_END) + len(_ENVELOPE_END)
    yield "refused_two_envelopes", raw[:end] + raw[start:end] + raw[end:]
    error = "<Error><Code>M.MessageHeader.From</Code><Description>Sai cơ quan gửi</Description></Error>"
    yield "refused_error_list", f"<ErrorList>{error}</ErrorList>".encode()
    yield "refused_error_in_edxml", f'<edXML xmlns="{NAMESPACE}"><ErrorList>{error}</ErrorList></edXML>'.encode()
    soap = "http://schemas.xmlsoap.org/soap/envelope/"
    header = raw[raw.index(b"<edXML:MessageHeader>") : raw.index(b"</edXML:MessageHeader>")] + b"</edXML:MessageHeader>"
    legacy = f'<S:Envelope xmlns:S="{soap}"><S:Header xmlns:edXML="http://www.e-doc.vn/Schema/">'.encode()
    yield "refused_soap", legacy + header + b"</S:Header><S:Body/></S:Envelope>"
    mime = "MIME-Version: 1.0\r\nContent-Type: Multipart/Related; boundary=b; type=text/xml\r\n\r\n--b\r\n\r\n"
    yield "refused_mime", mime.encode() + legacy + header + b"</S:Header></S:Envelope>\r\n--b--"
    yield "refused_json", b'{"edxml": "' + base64.b64encode(raw)[:200] + b'"}'
    yield "refused_gzip", gzip.compress(raw, mtime=0)
    yield "refused_zip", zipped("a.edxml", raw)
    yield "refused_html", b"<html><head><title>502 Bad Gateway</title></head><body/></html>"
    yield "refused_empty", b""
    yield "refused_blank", b" \n\n"
    yield "refused_doctype", raw.replace(b"?>\n", b"?>\n<!DOCTYPE edXML>\n", 1)


PRACTICE: dict[str, bytes] = dict(
    [*_headers(), *_operations(), *_places(), *_contents(), *_encodings(), *_refused()],
)
"""Every sample by the name of its file without `.edxml`; the names of those that are refused say so."""

if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for stale in FOLDER.glob("*.edxml"):
        stale.unlink()
    for name, raw in PRACTICE.items():
        (FOLDER / f"{name}.edxml").write_bytes(raw)
