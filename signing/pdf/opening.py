"""Opening a PDF to read it or to append to it, and finding the fields in its form."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

from pyhanko.pdf_utils.generic import ArrayObject, DictionaryObject, IndirectObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import LayoutError
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import SigningError

from signing.errors import DocumentUnreadable, FieldAlreadyFilled, FieldMissing

# What pyHanko raises on a malformed file is not documented; these are what its parser was seen to raise.
_MALFORMED = (
    PdfError, SigningError, LayoutError, ValueError, TypeError, KeyError, IndexError, AttributeError, AssertionError,
    NotImplementedError, OverflowError, RecursionError,
)  # fmt: skip


@contextmanager
def document_errors() -> Iterator[None]:
    """Translate what pyHanko raises on a malformed document into `DocumentUnreadable`."""
    try:
        yield
    except _MALFORMED as error:
        raise DocumentUnreadable(f"{type(error).__name__}: {error}") from error


def open_reader(source: BinaryIO) -> PdfFileReader:
    """A strict reader over `source`; raises `DocumentUnreadable` for what cannot be signed (also encrypted and hybrid files)."""
    with document_errors():
        source.seek(0)
        reader = PdfFileReader(source, strict=True)
        if reader.encrypted:
            raise DocumentUnreadable("the document is encrypted")
        if reader.xrefs.hybrid_xrefs_present:
            raise DocumentUnreadable("the document has hybrid cross-references")
        return reader


def open_writer(source: BinaryIO) -> IncrementalPdfFileWriter:
    """A writer that appends an incremental update to `source`; raises `DocumentUnreadable`."""
    reader = open_reader(source)
    with document_errors():
        return IncrementalPdfFileWriter.from_reader(reader)


def form_fields(root: DictionaryObject) -> dict[str, IndirectObject]:
    """The references of the top-level form fields by name; reserved fields stand at the top level."""
    form = entry(root, "/AcroForm")
    fields = entry(form, "/Fields") if isinstance(form, DictionaryObject) else None
    found: dict[str, IndirectObject] = {}
    for reference in fields if isinstance(fields, ArrayObject) else ():
        field = reference.get_object()
        if isinstance(reference, IndirectObject) and isinstance(field, DictionaryObject) and "/T" in field:
            found[str(entry(field, "/T"))] = reference
    return found


def required_field(root: DictionaryObject, name: str, kind: str) -> DictionaryObject:
    """The field `name` of type `kind` (`/Tx` or `/Sig`); raises `FieldMissing`."""
    reference = form_fields(root).get(name)
    field: Any = reference.get_object() if reference is not None else None
    if field is None or entry(field, "/FT") != kind:
        raise FieldMissing(f"field {name}")
    assert isinstance(field, DictionaryObject)  # noqa: S101 - form_fields returns nothing else
    return field


def require_empty(field: DictionaryObject, name: str) -> None:
    """Raise `FieldAlreadyFilled` when the field holds a value."""
    if field_value(field):
        raise FieldAlreadyFilled(f"field {name}")


def field_value(field: DictionaryObject) -> object:
    """The value of a field, or `None`."""
    value: object = entry(field, "/V")
    return value


def entry(dictionary: DictionaryObject, key: str) -> Any:
    """What stands under `key`, with references followed, or `None`; pyHanko's `get` does not follow them."""
    return dictionary[key] if key in dictionary else None  # noqa: SIM401 - as said
