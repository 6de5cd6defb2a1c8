"""Reserve, sign, number, seal and verify official documents in PDF (PAdES, ETSI EN 319 142-1).

The order is the law's (NĐ 30/2020, articles 14 to 18 and 32): the competent person signs, the clerk gives number and date, the
clerk seals. Number, date and both signatures have form fields from the beginning (`reserve`); the leader's signature locks
everything but number, date and seal; the seal locks everything.

Every operation reads `source` and writes a whole new document to `target`; `target` must be readable, writable and seekable,
must be empty, and is left in an undefined state when an error is raised. Neither stream is closed. Nothing is ever rewritten:
`target` begins with the bytes of `source`.
"""

from signing.pdf.appearance import Appearance
from signing.pdf.complete import complete
from signing.pdf.confined import validate_confined
from signing.pdf.fields import (
    DATE_FIELD,
    LEADER_FIELD,
    NUMBER_FIELD,
    SEAL_FIELD,
    Box,
    ReservedFields,
    reserve,
    seal_box,
)
from signing.pdf.policy import OWN_DOCUMENT, RECEIVED_DOCUMENT, PdfPolicy
from signing.pdf.report import PdfReport, SignatureReport
from signing.pdf.sign import seal, sign_leader
from signing.pdf.validate import validate_pdf

__all__ = [
    "DATE_FIELD",
    "LEADER_FIELD",
    "NUMBER_FIELD",
    "OWN_DOCUMENT",
    "RECEIVED_DOCUMENT",
    "SEAL_FIELD",
    "Appearance",
    "Box",
    "PdfPolicy",
    "PdfReport",
    "ReservedFields",
    "SignatureReport",
    "complete",
    "reserve",
    "seal",
    "seal_box",
    "sign_leader",
    "validate_confined",
    "validate_pdf",
]
