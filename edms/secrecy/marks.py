"""Finds a secrecy mark in text: the stamp MẬT, TỐI MẬT or TUYỆT MẬT standing by itself, never the word in a sentence.

A mark found here is a suspicion that a person must look into, not a declaration. Pure.
"""

from __future__ import annotations

import re
import unicodedata

LEVELS = ("mật", "tối mật", "tuyệt mật")
"""In rising order."""

_LEVEL = r"(?:TUYỆT\s*MẬT|TỐI\s*MẬT|MẬT)"
_FRAME = r"[\s\[\](){}<>|*.:_=~\-–—]*"
_ALONE = re.compile(rf"{_FRAME}({_LEVEL}){_FRAME}")
"""A line, or a cell of one, with nothing but the mark and its frame."""
_BRACKETED = re.compile(rf"[\[(]\s*({_LEVEL})\s*[\])]")
_LABELLED = re.compile(
    r"\b(?:mức\s+)?độ\s+mật\s*[:：]\s*[\"'“(\[]?\s*(tuyệt\s+mật|tối\s+mật|mật)(?=\s*(?:[\"'”)\].;,]|$))"
)
_BESIDE_NUMBER = re.compile(rf"\s*(?:Số|SỐ)\s*:\s*\S*\d\S*\s+({_LEVEL})\s*")
_BEFORE_MOTTO = re.compile(rf"\s*({_LEVEL})\s+(?:CỘNG H[ÒO][ÀA]? XÃ HỘI|Độc lập)\b.*")
_LEADING = re.compile(rf"\s*({_LEVEL})\s*[:–—]\s*\S.*")
_CELLS = re.compile(r"\t+|\s{3,}|\|")
_SPACED = re.compile(r"(?<!\S)(?:\w ){2,}\w(?!\S)")
_BROKEN_WORD = re.compile(r"\b(?:BÍ|BẢO|CƠ|MÃ|THÂN|ĐƯỜNG|TÚI|SỎI|ĐỘ)\W*$", re.IGNORECASE)
"""How a line ends when the next one goes on with the second half of a word: BÍ / MẬT."""


def mark_in(text: str, *, title: bool = False) -> str | None:
    """Return the highest level whose mark stands in `text`, of `LEVELS`, or None.

    Of a page: a line of its own, a framed cell of a line, beside the number or before the motto, in brackets, or behind a
    label such as `Độ mật:`. With `title` (a subject) also at the start before a colon or dash. Only the label may be written in
    small letters.
    """
    found: set[str] = set()
    previous = ""
    for line in unicodedata.normalize("NFC", text).splitlines():
        if not line.strip():
            continue
        found.update(_marks_of(line, previous, title=title))
        previous = line
    return max(found, key=LEVELS.index, default=None)


def _marks_of(line: str, previous: str, *, title: bool) -> set[str]:
    line = _SPACED.sub(lambda spaced: spaced[0].replace(" ", ""), line)
    found = [*_BRACKETED.findall(line), *_LABELLED.findall(line.lower())]
    for pattern in (_BESIDE_NUMBER, _BEFORE_MOTTO, *([_LEADING] if title else [])):
        found += [match[1] for match in [pattern.fullmatch(line)] if match]
    cells = [cell for cell in _CELLS.split(line) if cell.strip()]
    for index, cell in enumerate(cells):
        before = cells[index - 1] if index else previous
        alone = _ALONE.fullmatch(cell)
        if alone and not _BROKEN_WORD.search(before):
            found.append(alone[1])
    return {_level(one) for one in found}


def _level(words: str) -> str:
    return next(level for level in reversed(LEVELS) if level.replace(" ", "") == "".join(words.lower().split()))
