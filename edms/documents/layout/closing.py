"""The closing block: recipients on the left, capacity, signature, seal and name on the right (boxes 7a–c, 8 and 9b)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from edms.documents.layout.annex import (
    RECIPIENTS_HEAD_SIZE_PT,
    RECIPIENTS_SIZE_PT,
    SEAL_DIAMETER_PT,
    SEAL_OVERLAP,
    SIGNATURE_HEIGHT_PT,
    SIGNATURE_WIDTH_PT,
    SIGNER_SIZE_PT,
    SINGLE_SPACING,
    TEXT_LEFT_PT,
    TEXT_RIGHT_PT,
    mm,
)
from edms.documents.layout.flow import Strip
from edms.documents.layout.header import ASCENT, DESCENT, Area
from edms.documents.layout.lines import Line, Run, Setter
from edms.documents.layout.sheet import Sheet
from edms.documents.layout.typeface import Typefaces
from edms.documents.layout.wording import list_lines

_GAP_BEFORE_PT: Final = 14.0
_SIGNER_WIDTH_PT: Final = mm(88)
_RECIPIENTS_WIDTH_PT: Final = mm(74)  # ends before the seal begins
_SIGNER_LEADING_PT: Final = SIGNER_SIZE_PT * SINGLE_SPACING
_RECIPIENTS_LEADING_PT: Final = RECIPIENTS_SIZE_PT * SINGLE_SPACING
_FREE_HEIGHT_PT: Final = SEAL_DIAMETER_PT + 2.0  # so that the seal hides neither the capacity nor the name


class Closing:
    """The closing block set out: a strip, and the areas kept free for the two signatures."""

    def __init__(
        self, typefaces: Typefaces, *, capacity: Sequence[str], signer: str, recipients: Sequence[str], archive: str
    ) -> None:
        self._centre = TEXT_RIGHT_PT - _SIGNER_WIDTH_PT / 2
        setter = Setter(typefaces, SIGNER_SIZE_PT)
        self._capacity = [line for text in capacity for line in setter.balance("bold", text, _SIGNER_WIDTH_PT)]
        self._name = setter.balance("bold", signer, _SIGNER_WIDTH_PT)
        self._recipients = _recipient_lines(typefaces, recipients, archive)

        free_from = SIGNER_SIZE_PT * ASCENT + (len(self._capacity) - 1) * _SIGNER_LEADING_PT + SIGNER_SIZE_PT * DESCENT
        middle = free_from + _FREE_HEIGHT_PT / 2
        self._name_baseline = free_from + _FREE_HEIGHT_PT + SIGNER_SIZE_PT * ASCENT
        self.leader_area = Area(
            self._centre - SIGNATURE_WIDTH_PT / 2,
            self._centre + SIGNATURE_WIDTH_PT / 2,
            middle - SIGNATURE_HEIGHT_PT / 2,
            middle + SIGNATURE_HEIGHT_PT / 2,
        )
        seal_right = self.leader_area.x0 + SIGNATURE_WIDTH_PT * SEAL_OVERLAP
        self.seal_area = Area(
            seal_right - SEAL_DIAMETER_PT, seal_right, middle - SEAL_DIAMETER_PT / 2, middle + SEAL_DIAMETER_PT / 2
        )
        right = self._name_baseline + (len(self._name) - 1) * _SIGNER_LEADING_PT + SIGNER_SIZE_PT * DESCENT
        left = SIGNER_SIZE_PT * ASCENT + (len(self._recipients) + DESCENT) * _RECIPIENTS_LEADING_PT
        self.strip = Strip(max(left, right), self._draw, gap_before_pt=_GAP_BEFORE_PT, may_start_page=False)

    def _draw(self, sheet: Sheet, top: float) -> None:
        first = top - SIGNER_SIZE_PT * ASCENT
        sheet.text(TEXT_LEFT_PT, first, Run("bold_italic", "Nơi nhận:"), RECIPIENTS_HEAD_SIZE_PT)
        for index, line in enumerate(self._recipients, start=1):
            sheet.line(TEXT_LEFT_PT, first - index * _RECIPIENTS_LEADING_PT, line, RECIPIENTS_SIZE_PT)
        sheet.centred(self._centre, first, self._capacity, SIGNER_SIZE_PT, _SIGNER_LEADING_PT)
        sheet.centred(self._centre, top - self._name_baseline, self._name, SIGNER_SIZE_PT, _SIGNER_LEADING_PT)


def _recipient_lines(typefaces: Typefaces, recipients: Sequence[str], archive: str) -> list[Line]:
    """The list with its dashes flush left, closed by the archive line and a full stop (II.9.d)."""
    setter = Setter(typefaces, RECIPIENTS_SIZE_PT)
    dash = setter.width("regular", "- ")
    return [
        line
        for entry in list_lines([*recipients, archive])
        for line in setter.wrap([Run("regular", f"- {entry}")], _RECIPIENTS_WIDTH_PT, hanging_pt=dash)
    ]
