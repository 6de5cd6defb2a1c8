"""Base64 decoded piece by piece, wherever the pieces were cut."""

from __future__ import annotations

import binascii

from schemas.errors import InvalidBase64

_SPACE = b" \t\r\n"


class Base64Decoder:
    """Decodes base64 (RFC 4648 §4) that arrives in pieces of any length, ignoring XML white space.

    The result depends on the whole text only, never on where it was cut. Missing padding at the very end is
    accepted and told by `unpadded`, since some senders strip it; everything else outside the standard
    raises `InvalidBase64`.
    """

    def __init__(self, line: int | None = None) -> None:
        self._line = line
        self._rest = b""
        self._padding = 0
        self.unpadded = False

    def feed(self, text: str) -> bytes:
        """Bytes that `text` completes; up to three characters wait for the next call.

        Raises InvalidBase64 at a character outside the alphabet and at anything after the padding.
        """
        try:
            piece = text.encode("ascii").translate(None, _SPACE)
        except UnicodeEncodeError as error:
            raise self._invalid("non-ASCII character") from error
        data, equals, tail = piece.partition(b"=")
        if self._padding and data:
            raise self._invalid("data after padding")
        if equals:
            self._padding += 1 + tail.count(b"=")
            if tail.strip(b"=") or self._padding > 2:
                raise self._invalid("wrong padding")
        if not data:
            return b""
        data = self._rest + data
        whole = len(data) - len(data) % 4
        self._rest = data[whole:]
        return self._decode(data[:whole])

    def finish(self) -> bytes:
        """The last bytes, at most two. Raises InvalidBase64 where the text stops in the middle of a byte."""
        rest, padding = self._rest, self._padding
        if (len(rest), padding) in {(2, 0), (3, 0)}:
            self.unpadded = True
        elif (len(rest), padding) not in {(0, 0), (2, 2), (3, 1)}:
            raise self._invalid("wrong length")
        self._rest = b""
        return self._decode(rest + b"=" * (-len(rest) % 4))

    def _decode(self, quads: bytes) -> bytes:
        try:
            return binascii.a2b_base64(quads, strict_mode=True)
        except binascii.Error as error:
            raise self._invalid(str(error)) from error

    def _invalid(self, detail: str) -> InvalidBase64:
        return InvalidBase64(detail, line=self._line)
