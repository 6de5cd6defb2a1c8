"""Whatever order, prefix and namespace a sender chooses, the meaning is one; whatever happens to the bytes, an answer comes."""

from __future__ import annotations

import io
import re
from dataclasses import fields
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from axis.edxml.describe import describe, details
from axis.edxml.facts import facts_of
from axis.edxml.judge import Judgement, judge
from schemas.edxml.validation import NAMESPACE
from schemas.problems import Problem
from tests.messages.compose import MESSAGES
from tests.messages.practice import PRACTICE

VALID = ("new", "revoke_both", "update", "replace", "status_03", "status_13", "missing_and_unlisted", "zip_called_pdf")
BROKEN = ("update", "replace", "status_03", "zip_single_edxml")


def judged(raw: bytes) -> Judgement:
    with TemporaryDirectory() as folder:
        return judge(io.BytesIO(raw), folder=Path(folder))


def shuffled(element: etree._Element, draw: st.DrawFn) -> None:
    """Put the children in another order, keeping the order of those that are named alike."""
    for child in element:
        shuffled(child, draw)
    children = list(element)
    if len(children) < 2 or "Signature" in str(element.tag):
        return
    names = [etree.QName(child).localname for child in children]
    order = draw(st.permutations(names))
    queues = {name: iter([one for one, own in zip(children, names, strict=True) if own == name]) for name in names}
    element[:] = [next(queues[name]) for name in order]


@st.composite
def rewritten(draw: st.DrawFn) -> tuple[str, bytes]:
    """A valid message and the same one in another order, under another prefix and namespace."""
    name = draw(st.sampled_from(VALID))
    root = etree.fromstring(MESSAGES[name])
    shuffled(root, draw)
    text = re.sub(r' xmlns(:edXML)?="[^"]*"', "", etree.tostring(root, encoding="unicode"))
    space = draw(st.sampled_from([NAMESPACE, "http://www.e-doc.vn/Schema/", "urn:other", ""]))
    prefix = draw(st.sampled_from(["", "edXML", "ns0", "Edoc-1.0", "_"])) if space else ""
    declared = f' xmlns:{prefix}="{space}"' if prefix else f' xmlns="{space}"' if space else ""
    text = re.sub(r"<(/?)(?:edXML:)?([A-Za-z])", rf"<\1{prefix}:\2" if prefix else r"<\1\2", text)
    text = re.sub(r"^<[^\s>]+", lambda root_tag: root_tag.group() + declared, text)
    return name, text.encode()


@given(pair=rewritten())
@settings(max_examples=150, deadline=None)
def test_order_prefix_and_namespace_do_not_change_the_meaning(pair: tuple[str, bytes]) -> None:
    name, raw = pair
    plain, other = judged(MESSAGES[name]), judged(raw)
    assert plain.parsed is not None
    assert other.parsed is not None
    assert other.parsed.message == plain.parsed.message
    assert facts_of(other.parsed) == facts_of(plain.parsed)
    assert other.parsed.targets == plain.parsed.targets
    assert other.contents == plain.contents
    assert describe(other.parsed) == describe(plain.parsed)
    assert details(other.parsed) == details(plain.parsed)
    spaces = {"edxml.namespace-unknown", "edxml.signature-namespace"}
    assert {one.rule for one in other.findings} - spaces == {one.rule for one in plain.findings} - spaces


def whole(judgement: Judgement) -> bool:
    """Whether everything that a report shows is there: an outcome with its reason, sentences in both languages."""
    refused = judgement.refusal is not None
    assert (judgement.outcome == "refused") == refused
    assert isinstance(judgement.refusal, Problem | None)
    assert not refused or judgement.findings[0].rule == judgement.refusal.code  # type: ignore[union-attr]
    assert all(one.message_vi and one.message_en for one in judgement.findings)
    assert refused or judgement.parsed is not None
    return all(getattr(judgement.facts, field.name) != "" for field in fields(judgement.facts))


@pytest.mark.parametrize("name", BROKEN)
def test_a_message_cut_at_any_byte_is_refused_and_told(name: str) -> None:
    raw = MESSAGES[name].rstrip()
    told = judged(raw).facts
    for at in range(0, len(raw), 7):
        cut = judged(raw[:at])
        assert whole(cut)
        assert cut.outcome == "refused"
        assert cut.facts.sender in {None, told.sender}
        assert cut.facts.document_id in {None, told.document_id}
        assert cut.facts.recipients == told.recipients[: len(cut.facts.recipients)]
        assert cut.facts.status_code in {None, told.status_code}


@given(
    name=st.sampled_from([*BROKEN, "oddities"]),
    edits=st.lists(st.tuples(st.integers(0, 6000), st.integers(0, 60), st.binary(max_size=8)), min_size=1, max_size=5),
)
@settings(max_examples=200, deadline=None)
def test_changed_bytes_are_judged(name: str, edits: list[tuple[int, int, bytes]]) -> None:
    data = bytearray(MESSAGES[name])
    for at, drop, insert in edits:
        data[at : at + drop] = insert
    assert whole(judged(bytes(data)))


@given(name=st.sampled_from(sorted(PRACTICE)), at=st.integers(0, 9000), bit=st.integers(0, 7))
@settings(max_examples=300, deadline=None)
def test_flipped_bits_are_judged(name: str, at: int, bit: int) -> None:
    data = bytearray(PRACTICE[name])
    if data:
        data[at % len(data)] ^= 1 << bit
    assert whole(judged(bytes(data)))


@given(raw=st.binary(max_size=400))
@settings(max_examples=200, deadline=None)
def test_arbitrary_bytes_are_judged(raw: bytes) -> None:
    assert whole(judged(raw))
