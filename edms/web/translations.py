"""The second language of everything that people see. The first is Vietnamese: messages are looked up by their Vietnamese text.

`locale/<language>.po` is parsed when the application starts, so no compiled catalogue is kept. Templates use `_()` and
`ngettext()` (Jinja's new style: `_("Còn %(days)s ngày", days=3)`); Python code that names a text for a template to translate
later wraps it in `mark()`.
"""

from __future__ import annotations

from collections.abc import Mapping
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Any, cast

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Flask, current_app, g, has_request_context, request

VIETNAMESE = "vi"
ENGLISH = "en"

LANGUAGES: Mapping[str, str] = {VIETNAMESE: "Tiếng Việt", ENGLISH: "English"}
"""Code → the language's own name."""

COOKIE = "language"
"""Name of the cookie that keeps a person's choice; its value is a key of `LANGUAGES`."""

LOCALE_FOLDER = Path(__file__).parent / "locale"
_EXTENSION = "lienthong.translations"


def mark(text: str) -> str:
    """Return `text` unchanged; marks it as a message that a template will translate."""
    return text


def choose_language(chosen: str | None) -> str:
    """Return the language to speak: the person's choice, else Vietnamese.

    The browser's own language says how a computer was set up, often by others, and not what a clerk reads.
    """
    return chosen if chosen is not None and chosen in LANGUAGES else VIETNAMESE


def current_language() -> str:
    """Return the language of the request being served; Vietnamese outside one."""
    if not has_request_context():
        return VIETNAMESE
    if "language" not in g:
        g.language = choose_language(request.cookies.get(COOKIE))
    return cast("str", g.language)


def gettext(text: str) -> str:
    """Return `text` in the language of the request. An empty text stays empty: to gettext it names the catalogue's header."""
    return text and _current_catalogue().gettext(text)


def ngettext(one: str, many: str, number: int) -> str:
    """Return the form for `number` in the language of the request. In Vietnamese both forms are the same sentence."""
    return _current_catalogue().ngettext(one, many, number)


def read_catalogue(path: Path) -> GNUTranslations:
    """Return the catalogue written in the `.po` file at `path`.

    Raises `babel.messages.pofile.PoFileError` when the file, which is part of the program, is broken.
    """
    with path.open("rb") as source:
        messages = read_po(source, abort_invalid=True)
    compiled = BytesIO()
    write_mo(compiled, messages)
    compiled.seek(0)
    return GNUTranslations(compiled)


def install(app: Flask) -> None:
    """Parse the catalogues and teach `app`'s templates `_`, `gettext`, `ngettext` and `{% trans %}`."""
    app.extensions[_EXTENSION] = {
        VIETNAMESE: NullTranslations(),
        ENGLISH: read_catalogue(LOCALE_FOLDER / "en.po"),
    }
    app.jinja_env.add_extension("jinja2.ext.i18n")
    environment = cast("Any", app.jinja_env)  # the extension adds the method below at run time
    environment.install_gettext_callables(gettext, ngettext, newstyle=True)


def _current_catalogue() -> NullTranslations:
    catalogues: dict[str, NullTranslations] = current_app.extensions[_EXTENSION]
    return catalogues[current_language()]
