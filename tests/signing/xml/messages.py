"""Small messages of invented agencies."""

from __future__ import annotations

from lxml import etree

from signing.xml import EDXML


def parse(text: str | bytes) -> etree._Element:
    """A tree, read without entities."""
    content = text.encode() if isinstance(text, str) else text
    return etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=False))


def message(body: str = "Về việc lập dự toán năm 2027", *, signature: str = "") -> str:
    """An unsigned message; the attachments' place beside the envelope is there already."""
    return (
        f'<edXML xmlns="{EDXML}"><edXML:edXMLEnvelope xmlns:edXML="{EDXML}">\n  <edXML:edXMLHeader>'
        "<edXML:MessageHeader><edXML:From><edXML:OrganId>H36.13.00.00</edXML:OrganId></edXML:From>"
        f"<edXML:Subject>{body}</edXML:Subject></edXML:MessageHeader>{signature}</edXML:edXMLHeader>\n"
        '  <edXML:edXMLBody><edXML:Manifest edXML:version="1.0"><edXML:Reference><edXML:ContentId>cid:1</edXML:ContentId>'
        "</edXML:Reference></edXML:Manifest></edXML:edXMLBody>\n</edXML:edXMLEnvelope>"
        "<edXML:AttachmentEncoded xmlns:edXML='urn:x'>QUJD</edXML:AttachmentEncoded></edXML>"
    )
