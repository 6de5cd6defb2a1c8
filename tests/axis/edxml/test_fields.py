from __future__ import annotations

from importlib import resources

import pytest

from axis.edxml import fields
from axis.edxml.fields import Leaf
from schemas import parse


def tables() -> list[Leaf]:
    found: list[Leaf] = []
    for value in vars(fields).values():
        if isinstance(value, Leaf):
            found.append(value)
        elif isinstance(value, tuple) and value and isinstance(value[0], Leaf):
            found += value
    return found


FORM_TYPES = {
    "organ-id": "OrganId",
    "date": "Date",
    "moment": "Moment",
    "number": "Number",
    "flag": "Flag",
}


@pytest.mark.parametrize("leaf", tables(), ids=lambda leaf: leaf.element)
def test_the_xsd_has_the_forms_and_lengths_of_the_builder(leaf: Leaf) -> None:
    xsd = parse((resources.files("schemas.edxml") / "v102" / "edxml-102.xsd").read_bytes())
    elements = [
        element
        for element in xsd.iter("{http://www.w3.org/2001/XMLSchema}element")
        if element.get("name") == leaf.element
    ]
    types = {element.get("type") for element in elements}
    if leaf.form == "text":
        assert f"{'Required' if leaf.required else 'Text'}{leaf.max_chars}" in types
    elif leaf.form in FORM_TYPES:
        assert FORM_TYPES[leaf.form] in types
    else:
        assert None in types  # its few values are written in place
