"""Finds the forms of a page, as a browser does: where each goes, its hidden fields, the words on its button."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Form:
    """A form of a page. `action` is a path; `hidden` what it sends unasked; `words` all text inside it."""

    action: str
    hidden: dict[str, str] = field(default_factory=dict)
    words: str = ""


_SENT_AS_THEY_ARE = {("input", "hidden"), ("button", "submit")}
"""Hidden fields, and the value of the button that is pressed."""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._open: Form | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = Form(values.get("action", ""))
            self.forms.append(self._open)
        elif self._open is not None and (tag, values.get("type")) in _SENT_AS_THEY_ARE and "name" in values:
            self._open.hidden[values["name"]] = values.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None

    def handle_data(self, data: str) -> None:
        if self._open is not None:
            self._open.words += data


def forms_of(page: str) -> list[Form]:
    """Return the forms of an HTML page, in order."""
    reader = _Reader()
    reader.feed(page)
    return reader.forms
