"""Reading elements by local name: any namespace, any prefix, any order, with what is odd noted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from lxml import etree

from axis.edxml.dates import DateText, MomentText
from axis.edxml.fields import PATTERNS, Leaf
from axis.edxml.rules import Notes
from schemas.reader import local_name


def children(parent: etree._Element | None, name: str) -> Iterator[etree._Element]:
    """Child elements with the local name `name`, in order; none for None."""
    return (child for child in (parent if parent is not None else ()) if local_name(child) == name)


def has_child(parent: etree._Element, name: str) -> bool:
    """Whether any child has the local name `name`."""
    return next(children(parent, name), None) is not None


def descendants(parent: etree._Element, name: str) -> Iterator[etree._Element]:
    """Elements with the local name `name` at any depth below `parent`, in document order."""
    return (element for element in parent.iterdescendants() if local_name(element) == name)


def only_child(parent: etree._Element | None, name: str, notes: Notes) -> etree._Element | None:
    """The first child named `name` that holds anything; further ones are noted as duplicates."""
    found = list(children(parent, name))
    if len(found) > 1:
        notes.add("edxml.field-duplicated", found[1])
    return next((element for element in found if len(element) or (element.text or "").strip()), next(iter(found), None))


def text_of(element: etree._Element | None, notes: Notes) -> str:
    """Text of `element` with white space around it removed; joined over comments, as canonicalisation joins it.

    A reader that stopped at the first comment would see another value than the one that was signed.
    """
    if element is None:
        return ""
    parts = [element.text or ""]
    for child in element:
        if not isinstance(child.tag, str):
            notes.add("edxml.comment-in-field", element)
            parts.append(child.tail or "")
    return "".join(parts).strip()


def read_leaf(parent: etree._Element | None, leaf: Leaf, notes: Notes) -> str:
    """Text of the child that `leaf` names, empty when absent."""
    element = only_child(parent, leaf.element, notes)
    text = text_of(element, notes)
    if leaf.form == "organ-id":
        if text and text != "null" and not PATTERNS["organ-id"].fullmatch(text):
            notes.add("edxml.organ-id-form", element)
    elif len(text) > leaf.max_chars and leaf.form not in {"date", "moment"}:
        notes.add("edxml.field-too-long", element)
    return text


def read_date(parent: etree._Element | None, leaf: Leaf, notes: Notes) -> DateText:
    """Date of the child that `leaf` names; a text that is no date is noted and kept."""
    date = DateText.read(read_leaf(parent, leaf, notes))
    if date.raw and date.value is None:
        notes.add("edxml.date-invalid", next(children(parent, leaf.element), None))
    return date


def read_moment(parent: etree._Element | None, leaf: Leaf, notes: Notes) -> MomentText:
    """Point in time of the child that `leaf` names; a text that is none is noted and kept."""
    moment = MomentText.read(read_leaf(parent, leaf, notes))
    if moment.raw and moment.value is None:
        notes.add("edxml.date-invalid", next(children(parent, leaf.element), None))
    return moment


def read_leaves(parent: etree._Element | None, leaves: Iterable[Leaf], notes: Notes) -> dict[str, Any]:
    """Values of all `leaves` under `parent` by attribute of the model: DateText, MomentText or text as its form says."""
    values: dict[str, Any] = {}
    for leaf in leaves:
        if leaf.form == "date":
            values[leaf.attribute] = read_date(parent, leaf, notes)
        elif leaf.form == "moment":
            values[leaf.attribute] = read_moment(parent, leaf, notes)
        else:
            values[leaf.attribute] = read_leaf(parent, leaf, notes)
    return values


def read_texts(parent: etree._Element | None, name: str, notes: Notes) -> tuple[str, ...]:
    """Texts of all children named `name` that are not empty."""
    texts = (text_of(element, notes) for element in children(parent, name))
    return tuple(text for text in texts if text)
