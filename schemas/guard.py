"""The hardened lxml parser: no DTD, no entities, no network, and a bound on everything that can grow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from lxml import etree

from schemas.errors import (
    AttributeTooLong,
    DoctypeRefused,
    EncodingRefused,
    EnvelopeTooLarge,
    MalformedXml,
    MessageTooLarge,
    TextTooLong,
    TooDeep,
    TooManyAttributes,
    TooManyNodes,
)
from schemas.limits import Limits

if TYPE_CHECKING:  # both names exist in the type stubs only
    from lxml.etree._parser import CustomTargetParser
    from lxml.etree._saxparser import ParserTarget

    _Target = ParserTarget[None]
else:
    _Target = object

CHUNK_BYTES = 64 * 1024
"""Bytes given to the parser at a time: also the most of one attachment that is ever held as text."""

ENCODINGS = frozenset(
    {"utf-8", "utf8", "utf-16", "utf-16le", "utf-16be", "us-ascii", "ascii", "iso-8859-1", "windows-1252"}
    | {"windows-1258"}
)
"""Declared encodings that are read, in lower case. UTF-7 and the like, which disguise markup, are not among
them."""

_LONGEST_REASON = 300
_UTF16_STARTS = (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")
_ENCODING_ERRORS = frozenset({etree.ErrorTypes.ERR_UNSUPPORTED_ENCODING, etree.ErrorTypes.ERR_UNKNOWN_ENCODING})


class TreeWatcher(Protocol):
    """Follows the tree while it grows. Each method may empty the text of elements that are still open."""

    def start(self, element: etree._Element, depth: int) -> None:
        """`element` was opened at `depth` (the root has 1) with all its attributes."""

    def end(self, element: etree._Element, depth: int) -> None:
        """`element` was closed; its text and children are complete."""

    def fed(self) -> int:
        """All events of a chunk were told; gives the number of characters taken out since last asked."""


class _DoctypeSeen(Exception):
    pass


class _PrologTarget(_Target):
    """Looks for a DOCTYPE and for the root only, and hears of a DOCTYPE before what is inside it."""

    def __init__(self) -> None:
        self.root_seen = False

    def doctype(self, _root: str | None, _public_id: str | None, _system: str | None, /) -> None:
        raise _DoctypeSeen

    def start(self, _tag: str, _attributes: dict[str, str], /) -> None:
        self.root_seen = True

    def close(self) -> None:
        return None


class GuardedParser:
    """Builds a tree from chunks and checks every bound of `limits` while doing so.

    A tree is built, rather than events of a target parser rebuilt into one, because messages bind the same
    namespace to the default and to a prefix: a target is not told which of the two an element used, and
    exclusive canonicalisation (XML-EXC-C14N §2) would then differ from what was signed. Content of
    attachments still never piles up: the watcher empties the open element after each chunk, which also
    keeps every text node under libxml2's bound of 10 MB without `huge_tree`.
    """

    def __init__(self, limits: Limits, watcher: TreeWatcher | None = None) -> None:
        self._limits = limits
        self._watcher = watcher
        self._prolog = _PrologTarget()
        self._prolog_parser: CustomTargetParser[None] | None = etree.XMLParser(
            target=self._prolog, resolve_entities=False, no_network=True, huge_tree=False
        )
        self._parser = etree.XMLPullParser(
            events=("start", "end", "comment", "pi"),
            resolve_entities=False,
            load_dtd=False,
            no_network=True,
            huge_tree=False,
            remove_blank_text=False,
            remove_comments=False,
            remove_pis=False,
            collect_ids=False,
        )
        self._bytes = 0
        self._taken_bytes = 0
        self._bytes_per_char = 1
        self._nodes = 0
        self._depth = 0

    def feed(self, chunk: bytes) -> None:
        """Parse `chunk`, check what it brought, tell the watcher. After XmlRefused the parser is spent."""
        if not self._bytes:
            self._bytes_per_char = 2 if chunk.startswith(_UTF16_STARTS) else 1
        self._bytes += len(chunk)
        if self._bytes > self._limits.message_bytes:
            raise MessageTooLarge(limit=self._limits.message_bytes)
        self._feed_prolog(chunk)
        failure = None
        try:
            self._parser.feed(chunk)
        except etree.XMLSyntaxError as error:
            failure = error
        self._drain()
        if failure is not None:
            raise refusal_of(failure) from failure

    def close(self) -> etree._Element:
        """The root, once all was fed. Raises XmlRefused when the input stops early."""
        failure, root = None, None
        try:
            root = self._parser.close()
        except etree.XMLSyntaxError as error:
            failure = error
        self._drain()
        if failure is not None or root is None:
            raise refusal_of(failure) from failure
        encoding = (root.getroottree().docinfo.encoding or "utf-8").lower()  # known at the end only
        if encoding not in ENCODINGS:
            raise EncodingRefused(encoding, line=1, encoding=encoding)
        return root

    def _feed_prolog(self, chunk: bytes) -> None:
        if self._prolog_parser is None:
            return
        try:
            self._prolog_parser.feed(chunk)
        except _DoctypeSeen as seen:
            before, found, _ = chunk.partition(b"<!DOCTYPE")
            raise DoctypeRefused(
                line=before.count(b"\n") + 1 if found and self._bytes == len(chunk) else None
            ) from seen
        except etree.XMLSyntaxError:
            self._prolog_parser = None  # the tree parser meets the same error and reports it
        if self._prolog.root_seen:
            self._prolog_parser = None

    def _drain(self) -> None:
        for event, element in self._parser.read_events():
            if event == "start":
                self._start(element)
            elif event == "end":
                self._end(element)
            else:
                self._add_node(element)
                self._check_text(element, element.text)
        if self._watcher is not None:
            self._taken_bytes += self._watcher.fed() * self._bytes_per_char
        if self._bytes - self._taken_bytes > self._limits.envelope_bytes:
            raise EnvelopeTooLarge(limit=self._limits.envelope_bytes)

    def _add_node(self, element: etree._Element) -> None:
        self._nodes += 1
        if self._nodes > self._limits.nodes:
            raise TooManyNodes(line=element.sourceline, limit=self._limits.nodes)

    def _start(self, element: etree._Element) -> None:
        self._depth += 1
        if self._depth == 1:
            self._check_document(element)
        self._add_node(element)
        if self._depth > self._limits.depth:
            raise TooDeep(line=element.sourceline, limit=self._limits.depth)
        self._check_attributes(element)
        if self._watcher is not None:
            self._watcher.start(element, self._depth)

    def _end(self, element: etree._Element) -> None:
        if self._watcher is not None:
            self._watcher.end(element, self._depth)
        self._check_text(element, element.text)
        for child in element:
            self._check_text(child, child.tail)
        self._depth -= 1

    def _check_document(self, root: etree._Element) -> None:
        if root.getroottree().docinfo.internalDTD is not None:
            raise DoctypeRefused(line=root.sourceline)

    def _check_attributes(self, element: etree._Element) -> None:
        namespaces = element.nsmap
        if len(element.attrib) + len(namespaces) > self._limits.attributes:
            raise TooManyAttributes(line=element.sourceline, limit=self._limits.attributes)
        values = [*element.attrib.values(), *namespaces.values()]
        if any(len(value) > self._limits.attribute_chars for value in values):
            raise AttributeTooLong(line=element.sourceline, limit=self._limits.attribute_chars)

    def _check_text(self, element: etree._Element, text: str | None) -> None:
        if text is not None and len(text) > self._limits.text_chars:
            raise TextTooLong(line=element.sourceline, limit=self._limits.text_chars)


def refusal_of(error: etree.XMLSyntaxError | None) -> MalformedXml | EncodingRefused:
    """The refusal that a syntax error of lxml means, with line, column, libxml2's name of the rule and its words."""
    if error is None:
        return MalformedXml("no element found", rule="ERR_DOCUMENT_EMPTY", line=1, column=1)
    line = error.lineno
    column = None if error.offset is None else error.offset + 1  # lxml counts columns from 0, libxml2 from 1
    rule = _RULES.get(error.code, "ERR_UNKNOWN")
    words = str(error.msg or "")[:_LONGEST_REASON]
    if error.code in _ENCODING_ERRORS:
        return EncodingRefused(line=line, column=column, rule=rule, reason=words)
    return MalformedXml(rule, rule=rule, line=line, column=column, reason=words)


_RULES: dict[int, str] = {
    value: name for name, value in vars(etree.ErrorTypes).items() if name.startswith(("ERR_", "NS_ERR_"))
}
