"""Base64 decoded piece by piece, wherever the pieces were cut."""

from __future__ import annotations

import binascii

from schemas.errors import InvalidBase64

_SPACE = b" \t\r\n"
_URL_SAFE = bytes.maketrans(b"-_", b"+/")
_DATA = b"data:"
_LONGEST_DATA_HEAD = 256


class Base64Decoder:
    """Decodes base64 (RFC 4648 §4) that arrives in pieces of any length, ignoring XML white space.

    The result depends on the whole text only, never on where it was cut. Borne, and told by a flag each, is what senders
    do: missing padding at the very end (`unpadded`), the URL-safe alphabet of RFC 4648 §5 (`url_safe`), and the head of
    a data URL (RFC 2397) before the text (`data_url`). Everything else outside the standard raises `InvalidBase64`.
    """

    def __init__(self, line: int | None = None) -> None:
        self._line = line
        self._head: bytes | None = b""  # what may still be the head of a data URL; None once that is settled
        self._rest = b""
        self._padding = 0
        self.unpadded = False
        self.url_safe = False
        self.data_url = False

    def feed(self, text: str) -> bytes:
        """Bytes that `text` completes; up to three characters wait for the next call.

        Raises InvalidBase64 at a character outside the alphabet and at anything after the padding.
        """
        try:
            piece = text.encode("ascii").translate(None, _SPACE)
        except UnicodeEncodeError as error:
            raise self._invalid("non-ASCII character") from error
        return self._feed(piece if self._head is None else self._without_head(piece))

    def finish(self) -> bytes:
        """The last bytes. Raises InvalidBase64 where the text stops in the middle of a byte."""
        short, self._head = self._head or b"", None
        data = self._feed(short)
        rest, padding = self._rest, self._padding
        if (len(rest), padding) in {(2, 0), (3, 0)}:
            self.unpadded = True
        elif (len(rest), padding) not in {(0, 0), (2, 2), (3, 1)}:
            raise self._invalid("wrong length")
        self._rest = b""
        return data + self._decode(rest + b"=" * (-len(rest) % 4))

    def _without_head(self, piece: bytes) -> bytes:
        """What of the text so far is base64: nothing until it is clear whether a data URL begins it."""
        head = (self._head or b"") + piece
        self._head = head
        if not head[: len(_DATA)].lower().startswith(_DATA[: len(head)]):
            self._head = None
            return head
        url, comma, rest = head.partition(b",")
        if not comma:
            if len(head) > _LONGEST_DATA_HEAD:
                raise self._invalid("data URL without a comma")
            return b""
        if not url.lower().endswith(b";base64"):
            raise self._invalid("data URL that is not base64")
        self._head, self.data_url = None, True
        return rest

    def _feed(self, piece: bytes) -> bytes:
        data, equals, tail = piece.partition(b"=")
        if self._padding and data:
            raise self._invalid("data after padding")
        if equals:
            self._padding += 1 + tail.count(b"=")
            if tail.strip(b"=") or self._padding > 2:
                raise self._invalid("wrong padding")
        if not data:
            return b""
        if b"-" in data or b"_" in data:
            self.url_safe = True
            data = data.translate(_URL_SAFE)
        data = self._rest + data
        whole = len(data) - len(data) % 4
        self._rest = data[whole:]
        return self._decode(data[:whole])

    def _decode(self, quads: bytes) -> bytes:
        try:
            return binascii.a2b_base64(quads, strict_mode=True)
        except binascii.Error as error:
            raise self._invalid(str(error)) from error

    def _invalid(self, detail: str) -> InvalidBase64:
        return InvalidBase64(detail, line=self._line)
