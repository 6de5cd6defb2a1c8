"""Number and date come between the two signatures."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from signing.errors import TextUnsuitable
from signing.pdf.fields import DATE_FIELD, NUMBER_FIELD, SEAL_FIELD, box_of
from signing.pdf.font import TextFont, one_line
from signing.pdf.opening import document_errors, entry, open_writer, require_empty, required_field
from signing.pdf.validate import require_leader
from signing.trust import Trust

BASELINE_EMS: Final = 0.25
"""How far the baseline lies above the lower edge of a text field, in font sizes: room for descenders and marks below."""

_FONT_SIZE: Final = re.compile(r"([0-9]+(?:\.[0-9]+)?) Tf")


def complete(
    source: BinaryIO,
    target: BinaryIO,
    number_text: str,
    date_text: str,
    font: Path,
    *,
    trust: Trust,
    when: datetime,
    date_font: Path | None = None,
) -> None:
    """Fill in number and notation, and place and date, in an incremental update (NĐ 30/2020, articles 15 and 18).

    The texts are shown as given (normalised to NFC) in `font`, the date in `date_font` if one is given (annex I, II.4: italic).
    `when` is aware: the moment as of which the leader's signature is verified under `trust`.

    Raises `FieldMissing`, `FieldAlreadyFilled`, `LeaderSignatureMissing`, `LeaderSignatureInvalid`, `TextUnsuitable` (blank, or
    wider than its box), `FontUnsuitable` and `DocumentUnreadable`.
    """
    texts = {NUMBER_FIELD: one_line(number_text, "number"), DATE_FIELD: one_line(date_text, "date")}
    paths = {NUMBER_FIELD: font, DATE_FIELD: date_font or font}
    writer = open_writer(source)
    with document_errors():
        fields = {name: required_field(writer.root, name, "/Tx") for name in texts}
        for name, field in fields.items():
            require_empty(field, name)
        require_empty(required_field(writer.root, SEAL_FIELD, "/Sig"), SEAL_FIELD)
    require_leader(source, trust, when)
    with document_errors():
        fonts = {path: TextFont(writer, path) for path in set(paths.values())}
        for name, field in fields.items():
            _fill(writer, field, texts[name], fonts[paths[name]])
        for letters in fonts.values():
            letters.finish()
        writer.write(target)


def _fill(writer: IncrementalPdfFileWriter, field: generic.DictionaryObject, text: str, letters: TextFont) -> None:
    match = _FONT_SIZE.search(str(field["/DA"]))
    if match is None:
        raise TextUnsuitable("the field names no font size")
    size = float(match[1])
    box = box_of(field)
    operators, width_ems = letters.shape(text, size)
    slack = box.width_points - width_ems * size
    if slack < 0:
        raise TextUnsuitable(f"{text!r} is {-slack:.1f} points wider than its field")
    left = slack / 2 if entry(field, "/Q") == 1 else 0.0
    stream = generic.StreamObject(
        {
            pdf_name("/Type"): pdf_name("/XObject"),
            pdf_name("/Subtype"): pdf_name("/Form"),
            pdf_name("/BBox"): generic.ArrayObject(
                generic.FloatObject(value) for value in (0, 0, box.width_points, box.height_points)
            ),
            pdf_name("/Resources"): generic.DictionaryObject(
                {pdf_name("/Font"): generic.DictionaryObject({pdf_name("/F"): letters.resource})}
            ),
        },
        stream_data=b"/Tx BMC q BT /F %g Tf 0 g %g %g Td %s ET Q EMC" % (size, left, BASELINE_EMS * size, operators),
    )
    stream.compress()
    field["/V"] = generic.pdf_string(text)
    field["/AP"] = generic.DictionaryObject({pdf_name("/N"): writer.add_object(stream)})
    writer.update_container(field)
