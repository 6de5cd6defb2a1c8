"""The single texts of each structure: element, form, and length that may be sent. Reading and building share them.

Lengths are the strictest that published validators and NĐ 30/2020/NĐ-CP annex VI agree on; reading accepts any length
and notes what is longer. The order is the order of the elements on the wire.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Form = Literal["text", "organ-id", "date", "moment", "number", "flag", "priority", "boolean", "business", "status"]

PATTERNS: dict[str, re.Pattern[str]] = {
    "organ-id": re.compile(r"[A-Za-z0-9._-]{1,35}"),
    "number": re.compile(r"[0-9]{1,9}"),
    "flag": re.compile(r"[01]"),
    "priority": re.compile(r"[0-4]"),
    "boolean": re.compile(r"true|false"),
    "business": re.compile(r"[0-3]"),
    "status": re.compile(r"0[1-6]|13|15|16"),
}
"""Forms of sent texts; the XSD has the same."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """One text: the attribute of the model that holds it, its element, its greatest length in characters, its form."""

    attribute: str
    element: str
    max_chars: int
    form: Form = "text"
    required: bool = False


def _organ_id(*, required: bool = True) -> Leaf:
    return Leaf("organ_id", "OrganId", 35, "organ-id", required)


ORGAN = (
    _organ_id(),
    Leaf("organization_in_charge", "OrganizationInCharge", 200),
    Leaf("organ_name", "OrganName", 200, required=True),
    Leaf("address", "OrganAdd", 250),
    Leaf("email", "Email", 100),
    Leaf("telephone", "Telephone", 20),
    Leaf("fax", "Fax", 20),
    Leaf("website", "Website", 100),
)
CODE = (
    Leaf("number", "CodeNumber", 11, required=True),
    Leaf("notation", "CodeNotation", 30, required=True),
)
PROMULGATION = (
    Leaf("place", "Place", 50),
    Leaf("date", "PromulgationDate", 10, "date", required=True),
)
DOCUMENT_TYPE = (
    Leaf("code", "Type", 9, "number"),
    Leaf("detail", "TypeDetail", 9, "number"),
    Leaf("name", "TypeName", 100, required=True),
)
SIGNER = (
    Leaf("competence", "Competence", 100),
    Leaf("position", "Position", 100),
    Leaf("full_name", "FullName", 50, required=True),
)
OTHER = (
    Leaf("priority", "Priority", 1, "priority"),
    Leaf("sphere_of_promulgation", "SphereOfPromulgation", 100),
    Leaf("typer_notation", "TyperNotation", 10),
    Leaf("promulgation_amount", "PromulgationAmount", 9, "number"),
    Leaf("page_amount", "PageAmount", 9, "number"),
    Leaf("reply_fors", "ReplyFors", 500),
    Leaf("direction", "Direction", 5, "boolean"),
    Leaf("reference_codes", "ReferenceCodes", 500),
)
RESPONSE_FOR = (
    _organ_id(),
    Leaf("code", "Code", 50),
    Leaf("document_id", "DocumentId", 200, required=True),
    Leaf("promulgation_date", "PromulgationDate", 10, "date"),
)
STAFF = (
    Leaf("department", "Department", 300),
    Leaf("department_id", "DepartmentId", 100),
    Leaf("staff", "Staff", 300),
    Leaf("staff_id", "StaffId", 100),
    Leaf("email", "Email", 100),
    Leaf("mobile", "Mobile", 50),
)
TRACE = (_organ_id(), Leaf("timestamp", "Timestamp", 19, "moment", required=True))
RECEIVER = (_organ_id(), Leaf("change", "ReceiverType", 1, "flag", required=True))
UPDATE = (
    Leaf("document_info", "DocumentInfo", 1, "flag"),
    Leaf("document_receiver", "DocumentReceiver", 1, "flag"),
)
BUSINESS = (
    Leaf("document_id", "DocumentId", 200),
    Leaf("doc_type", "BussinessDocType", 1, "business", required=True),
    Leaf("reason", "BussinessDocReason", 500),
    Leaf("paper", "Paper", 1, "flag"),
)
REFERENCE = (
    Leaf("content_id", "ContentId", 200, required=True),
    Leaf("content_type", "ContentType", 100, required=True),
    Leaf("description", "Description", 500),
    Leaf("attachment_name", "AttachmentName", 255, required=True),
)

DOCUMENT_ID = Leaf("document_id", "DocumentId", 200, required=True)
SUBJECT = Leaf("subject", "Subject", 500, required=True)
CONTENT = Leaf("content", "Content", 500)
DUE_DATE = Leaf("due_date", "DueDate", 10, "date")
STEERING_TYPE = Leaf("steering_type", "SteeringType", 9, "number")
APPLICATION_TYPE = Leaf("application_type", "ApplicationType", 100)
TASK_CODE = Leaf("task_codes", "TaskCode", 200, required=True)
PLACE = Leaf("to_places", "Place", 150, required=True)
APPENDIX = Leaf("appendixes", "Appendix", 500, required=True)
REPLACED_ID = Leaf("document_id", "DocumentId", 200, required=True)
REPLACED_ORGAN = Leaf("organ_ids", "OrganId", 35, "organ-id", required=True)
STATUS_CODE = Leaf("status_code", "StatusCode", 2, "status", required=True)
STATUS_DESCRIPTION = Leaf("description", "Description", 500)
STATUS_MOMENT = Leaf("timestamp", "Timestamp", 19, "moment", required=True)
