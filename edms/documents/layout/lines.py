"""Breaking text into lines. Measures, decides, draws nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from edms.documents.layout.fonts import Face
from edms.documents.layout.typeface import NO_BREAK_SPACE, Typefaces

_WIDTH_TOLERANCE_PT: Final = 0.01
_BALANCE_STEPS: Final = 12


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of clean text in one cut."""

    face: Face
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its runs with the spaces between words in place, its natural width, and how far it is indented.

    `stretch_pt` is what each space gains so that the line reaches the right edge; 0 on the last line of a paragraph.
    """

    runs: tuple[Run, ...]
    width_pt: float
    indent_pt: float = 0.0
    stretch_pt: float = 0.0

    @property
    def text(self) -> str:
        """The line as plain text."""
        return "".join(run.text for run in self.runs)


@dataclass(frozen=True, slots=True)
class Setter:
    """Breaks text of one size. All lengths in points; texts must have passed `Typefaces.clean`."""

    typefaces: Typefaces
    size_pt: float

    def width(self, face: Face, text: str) -> float:
        """Width of a text in this size."""
        return self.typefaces.width(face, self.size_pt, text)

    def wrap(
        self,
        runs: Sequence[Run],
        measure_pt: float,
        *,
        indent_pt: float = 0.0,
        hanging_pt: float = 0.0,
        justify: bool = False,
    ) -> list[Line]:
        """Fill lines of `measure_pt`, the first indented by `indent_pt` and the others by `hanging_pt`.

        Breaks at spaces, and inside a word only if the word alone is wider than a line. No line is wider than the
        measure unless a single character is. Empty text gives no line.
        """
        filling = _Filling(self, measure_pt, indent_pt, hanging_pt, justify)
        for run in runs:
            for word in run.text.split(" "):
                if word:
                    filling.add(Run(run.face, word))
        return filling.end()

    def balance(self, face: Face, text: str, measure_pt: float) -> list[Line]:
        """As few lines as `wrap` needs, about equally long: what headings and names look best in when centred."""
        runs = [Run(face, text)]
        lines = self.wrap(runs, measure_pt)
        widest_word = max((self.width(face, word) for word in text.split(" ")), default=0.0)
        low, high = min(measure_pt, max(measure_pt / max(1, len(lines)), widest_word)), measure_pt
        for _ in range(_BALANCE_STEPS if len(lines) > 1 else 0):
            middle = (low + high) / 2
            candidate = self.wrap(runs, middle)
            if len(candidate) <= len(lines):
                lines, high = candidate, middle
            else:
                low = middle
        return lines

    def head_that_fits(self, word: Run, room_pt: float) -> str:
        """The longest start of a word that fits into `room_pt`, at least one character."""
        width = 0.0
        for index, character in enumerate(word.text):
            width += self.width(word.face, character)
            if width > room_pt and index:
                return word.text[:index]
        return word.text


@dataclass(slots=True)
class _Filling:
    """The state of one `Setter.wrap`."""

    setter: Setter
    measure: float
    first_indent: float
    hanging: float
    justify: bool
    lines: list[Line] = field(default_factory=list)
    words: list[Run] = field(default_factory=list)
    width: float = 0.0

    @property
    def indent(self) -> float:
        return self.hanging if self.lines else self.first_indent

    @property
    def room(self) -> float:
        return self.measure - self.indent + _WIDTH_TOLERANCE_PT

    def add(self, word: Run) -> None:
        """Put a word on the line, or on the next, or in pieces on as many as it takes."""
        word_width = self.setter.width(word.face, word.text)
        if self.words:
            space = self.setter.width(self.words[-1].face, " ")
            if self.width + space + word_width <= self.room:
                self.words.append(word)
                self.width += space + word_width
                return
            self._finish_line(justify=self.justify)
        while word_width > self.room:
            head = self.setter.head_that_fits(word, self.room)
            if len(head) == len(word.text):
                break
            self.words, self.width = [Run(word.face, head)], self.setter.width(word.face, head)
            self._finish_line(justify=False)
            word = Run(word.face, word.text[len(head) :])
            word_width = self.setter.width(word.face, word.text)
        self.words, self.width = [word], word_width

    def end(self) -> list[Line]:
        """Every line; the last is not stretched."""
        if self.words:
            self._finish_line(justify=False)
        return self.lines

    def _finish_line(self, *, justify: bool) -> None:
        runs: list[Run] = []
        for word in self.words:
            if runs and runs[-1].face == word.face:
                runs[-1] = Run(word.face, f"{runs[-1].text} {word.text}")
            else:
                if runs:
                    runs[-1] = Run(runs[-1].face, f"{runs[-1].text} ")
                runs.append(word)
        spaces = sum(run.text.count(" ") + run.text.count(NO_BREAK_SPACE) for run in runs)
        slack = max(0.0, self.measure - self.indent - self.width)
        stretch = slack / spaces if justify and spaces else 0.0
        self.lines.append(Line(tuple(runs), self.width, self.indent, stretch))
        self.words, self.width = [], 0.0
