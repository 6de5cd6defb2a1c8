"""What an edXML message says, as frozen values: texts as received, with white space around them removed.

Names follow the elements of QCVN 102:2016/BTTTT (the element's name in each docstring where it differs); an empty text
means that the element is empty or absent. Codes stay texts, because received ones need not be in the code lists.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from axis.edxml.dates import NO_DATE, NO_MOMENT, DateText, MomentText


@dataclass(frozen=True, slots=True, kw_only=True)
class Organ:
    """An agency (From, To). `organ_id` is its electronic identifier of QĐ 20/2020/QĐ-TTg or of QCVN 102."""

    organ_id: str
    organ_name: str = ""
    organization_in_charge: str = ""
    address: str = ""
    email: str = ""
    telephone: str = ""
    fax: str = ""
    website: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """Number and notation (Code): 7816 and VPCP-TTĐT. Received numbers need not be numeric."""

    number: str = ""
    notation: str = ""

    @property
    def text(self) -> str:
        """As people write it: 7816/VPCP-TTĐT."""
        return "/".join(part for part in (self.number, self.notation) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Promulgation:
    """Place and date of issue (PromulgationInfo)."""

    place: str = ""
    date: DateText = NO_DATE


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentType:
    """Type of document. Match on `name`: published senders contradict one another on `code` and `detail`."""

    code: str = ""
    detail: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerInfo:
    """Who signed: `competence` is the capacity (KT., TL., TUQ.) as text."""

    competence: str = ""
    position: str = ""
    full_name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherInfo:
    """Urgency, circulation and amounts (OtherInfo). `priority` is a code of `PRIORITIES`, `direction` true or false."""

    priority: str = ""
    sphere_of_promulgation: str = ""
    typer_notation: str = ""
    promulgation_amount: str = ""
    page_amount: str = ""
    reply_fors: str = ""
    direction: str = ""
    reference_codes: str = ""
    appendixes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseFor:
    """A document referred to. `organ_id` is the other party; `code` is one text (7816/VPCP-TTĐT)."""

    organ_id: str = ""
    code: str = ""
    document_id: str = ""
    promulgation_date: DateText = NO_DATE


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceHeader:
    """One station of the message's way. Gateways write the text "null" for an unknown `organ_id`."""

    organ_id: str = ""
    timestamp: MomentText = NO_MOMENT


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffInfo:
    """The person who handles the message at its sender."""

    department: str = ""
    department_id: str = ""
    staff: str = ""
    staff_id: str = ""
    email: str = ""
    mobile: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiverChange:
    """One recipient of an update (Receiver): `change` is 0 removed or 1 added."""

    organ_id: str = ""
    change: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateInfo:
    """What an update changes (BussinessDocumentInfo); both flags are 0 or 1."""

    document_info: str = ""
    document_receiver: str = ""
    receivers: tuple[ReceiverChange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """One document that is replaced (ReplacementInfo) and the agencies that had received it."""

    document_id: str = ""
    organ_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Business:
    """The operation (Bussiness, the standard's spelling). `doc_type` is a code of `BUSINESS_TYPES`.

    `document_id` names the document that is revoked or updated; `paper` is 1 when a paper copy follows.
    """

    document_id: str = ""
    doc_type: str = "0"
    reason: str = ""
    paper: str = ""
    update: UpdateInfo = UpdateInfo()
    replacements: tuple[Replacement, ...] = ()
    staff: StaffInfo = StaffInfo()


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachmentRef:
    """One line of the manifest (edXMLManifest/Reference).

    `content_id` is as received, with or without `cid:`. `sha256` (lower-case hex) and `size_bytes` are our own
    attributes, empty and None where the sender does not write them. `line` is where it was read, no part of its value.
    """

    content_id: str
    content_type: str = ""
    attachment_name: str = ""
    description: str = ""
    sha256: str = ""
    size_bytes: int | None = None
    line: int | None = field(default=None, compare=False, repr=False)

    @property
    def key(self) -> str:
        """The content id that both sides agree on: without `cid:`, which many senders write on one side only."""
        return content_key(self.content_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentMessage:
    """A document on its way: new, revoking, updating or replacing, as `business` says."""

    sender: Organ
    recipients: tuple[Organ, ...]
    document_id: str
    code: Code = Code()
    promulgation: Promulgation = Promulgation()
    document_type: DocumentType = DocumentType()
    subject: str = ""
    content: str = ""
    signer: SignerInfo = SignerInfo()
    due_date: DateText = NO_DATE
    other: OtherInfo = OtherInfo()
    responses: tuple[ResponseFor, ...] = ()
    steering_type: str = ""
    task_codes: tuple[str, ...] = ()
    application_type: str = ""
    to_places: tuple[str, ...] = ()
    trace: tuple[TraceHeader, ...] = ()
    business: Business | None = None
    attachments: tuple[AttachmentRef, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusMessage:
    """What became of a document at its recipient; for code 13 the original sender speaks.

    `response_for.organ_id` is the other party, `status_code` a code of `STATUS_CODES` in two digits.
    """

    sender: Organ
    response_for: ResponseFor
    status_code: str
    staff: StaffInfo = StaffInfo()
    description: str = ""
    timestamp: MomentText = NO_MOMENT


def content_key(content_id: str) -> str:
    """`content_id` without a leading `cid:` in any case."""
    return content_id[4:].strip() if content_id[:4].lower() == "cid:" else content_id
