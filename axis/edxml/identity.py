"""When two messages are the same: keys for idempotent receipt, and the identifier of a document."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass

from axis.edxml.model import DocumentMessage, StatusMessage


@dataclass(frozen=True, slots=True)
class DocumentIdentity:
    """One operation on one document: a revocation or update of it is another message with another identity."""

    sender_id: str
    document_id: str
    business_type: str

    @property
    def key(self) -> str:
        """64 hex digits, the same for the same identity for ever."""
        return _key("document", self.sender_id, self.document_id, self.business_type)


@dataclass(frozen=True, slots=True)
class StatusIdentity:
    """One status code of one agency on one document; the same code twice is the same message.

    `target_document_id` is the code of the document (7816/VPCP-TTĐT) where the message gives no id.
    """

    sender_id: str
    target_organ_id: str
    target_document_id: str
    status_code: str

    @property
    def key(self) -> str:
        """64 hex digits, the same for the same identity for ever."""
        return _key("status", self.sender_id, self.target_organ_id, self.target_document_id, self.status_code)


def identity_of(message: DocumentMessage | StatusMessage) -> DocumentIdentity | StatusIdentity:
    """What a second copy of `message` shares with it, whatever its bytes. Compare raw digests for identical bytes."""
    if isinstance(message, StatusMessage):
        response = message.response_for
        target = response.document_id or response.code
        return StatusIdentity(message.sender.organ_id, response.organ_id, target, message.status_code)
    doc_type = message.business.doc_type if message.business else "0"
    return DocumentIdentity(message.sender.organ_id, message.document_id, doc_type)


def make_document_id(organ_id: str, date: dt.date, number: str, notation: str) -> str:
    """The form of QCVN 102: `OrganId,YYYY/MM/DD,Number/Notation`, such as `000.00.00.G22,2015/09/30,7816/VPCP-TTĐT`.

    Readers treat every document id as opaque; at most 200 characters may be sent.
    """
    return f"{organ_id},{date.year:04d}/{date.month:02d}/{date.day:02d},{number}/{notation}"


def _key(*parts: str) -> str:
    framed = "".join(f"{len(part)}:{part}," for part in parts)  # lengths keep ("a", "b,c") apart from ("a,b", "c")
    return hashlib.sha256(framed.encode()).hexdigest()
