"""Checks a tree against the XSD of what the strict builder emits; everything is loaded from package data."""

from __future__ import annotations

from functools import cache
from importlib import resources

from lxml import etree

from schemas.errors import SchemaViolation

NAMESPACE = "http://www.mic.gov.vn/TBT/QCVN_102_2016"
"""Namespace of QCVN 102:2016/BTTTT, of every element but signatures."""
DIGEST_NAMESPACE = "urn:lienthong:edxml:1"
"""Namespace of our attributes `sha256` (lower-case hex) and `size` (bytes) on manifest references."""


def check_v102(root: etree._Element) -> None:
    """Raise SchemaViolation, with line and the validator's own words, when `root` is not `edXML` as we send it."""
    schema = _schema_v102()
    if not schema.validate(root):
        error = schema.error_log[0]
        raise SchemaViolation(error.message, line=error.line or None, rule=error.type_name)


@cache
def _schema_v102() -> etree.XMLSchema:
    folder = resources.files("schemas.edxml") / "v102"
    with resources.as_file(folder) as path:  # a file, so that the import of the second schema is found beside it
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        return etree.XMLSchema(etree.parse(path / "edxml-102.xsd", parser))
