from __future__ import annotations

from collections.abc import Iterator

import pytest

from schemas.problems import Problem
from signing import errors, verdicts


def _leaves(kind: type[Problem]) -> Iterator[type[Problem]]:
    below = kind.__subclasses__()
    if not below:
        yield kind
    for one in below:
        yield from _leaves(one)


LEAVES = sorted(_leaves(errors.SigningProblem), key=lambda leaf: leaf.__name__)


@pytest.mark.parametrize("leaf", LEAVES)
def test_each_refusal_says_what_to_do_in_two_languages(leaf: type[Problem]) -> None:
    assert leaf.code.startswith("signing.")
    assert "." in leaf.message_vi[:-1]
    assert "." in leaf.message_en[:-1]
    assert "message_vi" in vars(leaf)
    assert 400 <= leaf.status < 600


@pytest.mark.parametrize("leaf", LEAVES)
def test_the_tree_in_the_docstring_shows_each_refusal_with_its_code(leaf: type[Problem]) -> None:
    lines = (errors.__doc__ or "").splitlines()
    assert any(f" {leaf.__name__} " in line and line.endswith(f" {leaf.code}") for line in lines)


def test_codes_are_unique() -> None:
    codes = [leaf.code for leaf in LEAVES]
    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("code", sorted(verdicts.FINDINGS))
def test_each_finding_has_two_sentences_and_lowers_the_verdict(code: str) -> None:
    finding = verdicts.Finding(code, "x")
    assert finding.message_vi.endswith(".")
    assert finding.message_en.endswith(".")
    assert finding.verdict is not verdicts.Verdict.VALID
    assert finding.to_dict()["code"] == code


def test_an_unknown_finding_code_is_a_programming_error() -> None:
    with pytest.raises(KeyError):
        verdicts.Finding("signature.fine")


def test_the_worst_finding_decides() -> None:
    absent, broken = verdicts.Finding("signature.absent"), verdicts.Finding("signature.broken")
    assert verdicts.worst([]) is verdicts.Verdict.VALID
    assert verdicts.worst([absent]) is verdicts.Verdict.INDETERMINATE
    assert verdicts.worst([absent, broken, absent]) is verdicts.Verdict.INVALID
    assert verdicts.Verdict.INDETERMINATE.vietnamese == "chưa đủ căn cứ"
