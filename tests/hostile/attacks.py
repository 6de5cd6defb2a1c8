"""The bad inputs by name: what is posted to the hub, as whom, and what the hub must answer.

Each is made from a message that would be accepted, changed in one respect.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from lxml import etree

from tests.axis.hub.messages import document
from tests.messages.wire import NAMESPACE, PDF, attachment, message, zipped

MEBIBYTE = 1024 * 1024
UNTOLD = -1
"""The body comes in chunks, and its length is not told."""
DEEP_BYTES = 200 * MEBIBYTE
BOMB_BYTES = 256 * MEBIBYTE
_COMMUNE = b"<edXML:OrganId>H99.101</edXML:OrganId>"


class Signs(Protocol):
    """Signs the envelope of a message with the key of a system of the PKI."""

    def __call__(self, raw: bytes, stem: str, /) -> bytes:
        """Return the message with its envelope signed by `stem`."""


@dataclass(frozen=True)
class Attack:
    """`make(sign)` gives the bytes, anew for each call; `account` posts them; `answer` is the code of the refusal.

    An empty `answer` means that the message is accepted all the same; then `finding` stands in its state.
    """

    make: Callable[[Signs], BinaryIO]
    size_bytes: int | None = None
    """The length told to the hub: that of what `make` gives when None, none at all when `UNTOLD`."""
    account: str = "H99"
    answer: str = ""
    finding: str = ""
    findings_of_signature: tuple[str, ...] = ()


def letter(number: str, **changes: object) -> bytes:
    """Return a good message to the commune; `number` keeps the messages of the attacks apart."""
    values = {"recipients": ["H99.101"], "document_id": f"H99,2026/11/20,{number}/UBND", **changes}
    return document(**values)  # type: ignore[arg-type]  # a table of changes has no one type


def _signed(number: str, stem: str = "province", **changes: object) -> Callable[[Signs], BinaryIO]:
    return lambda sign: io.BytesIO(sign(letter(number, **changes), stem))


def _replaced(number: str, old: bytes, new: bytes) -> Callable[[Signs], BinaryIO]:
    """Change the bytes of a good message after it was signed."""

    def make(sign: Signs) -> BinaryIO:
        good = sign(letter(number), "province")
        if good.count(old) != 1:
            raise LookupError(old)
        return io.BytesIO(good.replace(old, new))

    return make


def _doctype(text: str) -> Callable[[Signs], BinaryIO]:
    head, envelope = message("&x;").split(b"\n", 1)
    return lambda _: io.BytesIO(head + f"<!DOCTYPE edXML [{text}]>\n".encode() + envelope)


def _wrapped(sign: Signs) -> BinaryIO:
    """The signed envelope moves to the end, and a forged one takes its place."""
    root = etree.fromstring(sign(letter("wrapped"), "province"))
    forged = etree.fromstring(letter("wrapped", subject="Chuyển tiền ngay"))
    forged[0].set("Id", "forged")
    root.insert(0, forged[0])
    return io.BytesIO(etree.tostring(root))


def _wrapped_inside(sign: Signs) -> BinaryIO:
    """The signed envelope hides in the body of a forged one, with the signature at the forged one's place."""
    genuine = etree.fromstring(sign(letter("wrapped-inside"), "province"))[0]
    root = etree.fromstring(letter("wrapped-inside", subject="Chuyển tiền ngay"))
    signature = next(genuine.iter("{http://www.w3.org/2000/09/xmldsig#}Signature"))
    root[0][0].append(signature)
    for header in genuine.iter(f"{{{NAMESPACE}}}MessageHeader"):
        header.tag = f"{{{NAMESPACE}}}Hidden"
    root[0][-1].append(genuine)
    return io.BytesIO(etree.tostring(root))


class Repeated(io.RawIOBase):
    """A stream of `head`, then of `unit` again and again, `size_bytes` in all, of which no more than a chunk ever exists."""

    def __init__(self, unit: bytes, size_bytes: int, head: bytes) -> None:
        self._block = unit * (64 * 1024 // len(unit))
        self._head = head
        self._left_bytes = size_bytes

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        block = (self._head or self._block)[: min(len(view), self._left_bytes)]
        self._head = b""
        view[: len(block)] = block
        self._left_bytes -= len(block)
        return len(block)


def _repeated(unit: bytes, size_bytes: int, head: bytes = b"") -> Callable[[Signs], BinaryIO]:
    return lambda _: io.BufferedReader(Repeated(unit, size_bytes, head))


def _bomb() -> bytes:
    """Return a ZIP with one entry of `BOMB_BYTES` zeros, made without ever holding them."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("van-ban.pdf", "w") as entry:
        for _ in range(BOMB_BYTES // MEBIBYTE):
            entry.write(bytes(MEBIBYTE))
    return packed.getvalue()


ATTACKS: dict[str, Attack] = {
    "entity bomb": Attack(
        _doctype('<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY x "&b;&b;&b;&b;&b;&b;">'),
        answer="xml.doctype",
    ),
    "external entity": Attack(_doctype('<!ENTITY x SYSTEM "file:///etc/passwd">'), answer="xml.doctype"),
    "external entity over the network": Attack(
        _doctype('<!ENTITY x SYSTEM "http://127.0.0.1:9/x">'), answer="xml.doctype"
    ),
    "comment splice": Attack(
        _replaced("comment", b"<edXML:To>" + _COMMUNE, b"<edXML:To><edXML:OrganId>H99<!---->.101</edXML:OrganId>"),
        answer="exchange.signature-invalid",
        findings_of_signature=("signature.comment",),
    ),
    "wrapped signature": Attack(_wrapped, answer="edxml.envelope-ambiguous"),
    "signature wrapped inside": Attack(
        _wrapped_inside, answer="exchange.signature-invalid", findings_of_signature=("signature.wrapped",)
    ),
    "changed after signing": Attack(
        _replaced("changed", "kiểm tra".encode(), "kiểm toán".encode()),
        answer="exchange.signature-invalid",
        findings_of_signature=("signature.broken",),
    ),
    "wrong namespace": Attack(
        lambda sign: io.BytesIO(
            sign(letter("namespace"), "province").replace(NAMESPACE.encode(), b"urn:no:such:standard")
        ),
        answer="exchange.signature-invalid",
        findings_of_signature=("signature.wrapped",),
    ),
    "another root": Attack(lambda _: io.BytesIO(b"<invoice/>"), answer="edxml.not-edxml"),
    "200 MB of nesting": Attack(_repeated(b"<a>", DEEP_BYTES), DEEP_BYTES, answer="http.body-too-large"),
    "as much nesting as one message may hold": Attack(
        _repeated(b"<a>", 60 * MEBIBYTE), 60 * MEBIBYTE, answer="xml.too-deep"
    ),
    "200 MB of nesting that does not say how long it is": Attack(
        _repeated(b"<a>", DEEP_BYTES), UNTOLD, answer="http.body-too-large"
    ),
    "one text of 60 MB": Attack(
        _repeated(b"x", 60 * MEBIBYTE, head=b"<edXML>"), 60 * MEBIBYTE, answer="xml.envelope-too-large"
    ),
    "ZIP bomb": Attack(_signed("bomb", contents=[_bomb()]), answer="content.zip-bomb"),
    "ZIP labelled PDF": Attack(
        _signed("zip-labelled-pdf", contents=[zipped("a.txt", b"a")]), finding="edxml.attachment-content-differs"
    ),
    "damaged PDF": Attack(
        _signed("damaged-pdf", contents=[PDF.decode("ascii", errors="replace").encode()]),
        finding="edxml.attachment-text-damaged",
    ),
    "10,000 parts": Attack(
        lambda _: io.BytesIO(message(attachments=attachment(b"x") * 10_000)), answer="xml.too-many-attachments"
    ),
    "unknown sender": Attack(_signed("unknown-sender", sender="H98"), answer="exchange.sender-mismatch"),
    "sender of another account": Attack(_signed("foreign"), account="H99.101", answer="exchange.sender-mismatch"),
    "unknown recipient": Attack(_signed("unknown-recipient", recipients=["H98"]), answer="exchange.recipient-unknown"),
    "revoked signer": Attack(
        _signed("revoked", "revoked"),
        answer="exchange.signature-invalid",
        findings_of_signature=("certificate.revoked",),
    ),
    "certificate of another agency": Attack(_signed("other", "commune"), answer="exchange.certificate-of-another"),
    "certificate not yet valid": Attack(
        _signed("early", "early"),
        answer="exchange.signature-invalid",
        findings_of_signature=("certificate.not-yet-valid",),
    ),
    "certificate no longer valid": Attack(
        _signed("late", "late"), answer="exchange.signature-invalid", findings_of_signature=("certificate.expired",)
    ),
}
