"""Whether a message declares itself a state secret. Data only: what follows is decided elsewhere.

Secret documents may not travel here (Luật Bảo vệ bí mật nhà nước 117/2025/QH15; Sửa đổi 1:2022 QCVN 102 leaves them
out). No field of edXML carries the level, so senders put it where they can: a field whose whole content is a level, a
mark in brackets at the start of the subject, or an element of their own. Words inside running text are not read here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from lxml import etree

from axis.edxml.model import DocumentMessage
from axis.edxml.rules import Notes
from axis.edxml.tree import text_of
from schemas.edxml.codes import fold
from schemas.reader import local_name

SecrecyLevel = Literal["mật", "tối mật", "tuyệt mật"]


@dataclass(frozen=True, slots=True)
class DeclaredSecrecy:
    """The highest level found, the name of the element that declares it, and its text as received."""

    level: SecrecyLevel
    field: str
    raw: str


_LEVELS: tuple[SecrecyLevel, ...] = ("mật", "tối mật", "tuyệt mật")
_UNACCENTED: dict[str, SecrecyLevel] = {"mat": "mật", "toi mat": "tối mật", "tuyet mat": "tuyệt mật"}
_LABEL = re.compile(r"^(độ|mức độ|mức|do|muc do) (mật|mat)\s*:?\s+")
_SUBJECT_MARK = re.compile(r"^\s*[\[(]([^\])]{1,20})[\])]")
_FIELDS = frozenset(
    {"Priority", "SphereOfPromulgation", "TypeName", "ApplicationType", "Subject", "Content", "Appendix"}
)
_OWN_ELEMENT = re.compile(r"secre|securit|confident|domat|do_mat", re.IGNORECASE)


def declared_secrecy(message: DocumentMessage, envelope: etree._Element) -> DeclaredSecrecy | None:
    """The level that `message` declares, or None. Elements that the model does not know are looked up in `envelope`."""
    found = [*_in_fields(message), *_in_own_elements(envelope)]
    return max(found, key=lambda secrecy: _LEVELS.index(secrecy.level), default=None)


def secrecy_in_tree(root: etree._Element) -> DeclaredSecrecy | None:
    """The level that any element below `root` declares, read by names alone: also of a message that has no meaning otherwise.

    Of a field that occurs several times every one counts, where `declared_secrecy` sees the one that the model took.
    """
    notes = Notes()
    found = list(_in_own_elements(root))
    for element in root.iterdescendants():
        name = local_name(element)
        if name not in _FIELDS or not isinstance(element.tag, str):
            continue
        text = text_of(element, notes)
        if name == "Subject":
            mark = _SUBJECT_MARK.match(text)
            text = mark[1] if mark else ""
        level = level_named(text)
        if level is not None:
            found.append(DeclaredSecrecy(level, name, text))
    return max(found, key=lambda secrecy: _LEVELS.index(secrecy.level), default=None)


def level_named(text: str) -> SecrecyLevel | None:
    """The level that `text` as a whole names, with or without diacritics, brackets or the label "Độ mật:"."""
    word = _LABEL.sub("", fold(text).strip(" .*:-–[]()\"'"))
    plain = "".join(ch for ch in unicodedata.normalize("NFD", word) if not unicodedata.combining(ch))
    if word == plain:
        return _UNACCENTED.get(word)
    return next((level for level in _LEVELS if level == word), None)


def _in_fields(message: DocumentMessage) -> Iterator[DeclaredSecrecy]:
    mark = _SUBJECT_MARK.match(message.subject)
    texts = (
        ("Priority", message.other.priority),
        ("SphereOfPromulgation", message.other.sphere_of_promulgation),
        ("TypeName", message.document_type.name),
        ("ApplicationType", message.application_type),
        ("Subject", mark[1] if mark else ""),
        ("Content", message.content),
        *(("Appendix", text) for text in message.other.appendixes),
    )
    for field, text in texts:
        level = level_named(text)
        if level is not None:
            yield DeclaredSecrecy(level, field, text)


def _in_own_elements(envelope: etree._Element) -> Iterator[DeclaredSecrecy]:
    for element in envelope.iterdescendants():
        name, text = local_name(element), (element.text or "").strip()
        if _OWN_ELEMENT.search(name):
            level = level_named(text)  # a bare number is no level: senders count from 0 and from 1
            if level is not None:
                yield DeclaredSecrecy(level, name, text)
