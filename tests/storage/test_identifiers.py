from __future__ import annotations

import time

from storage.identifiers import new_id


def test_ids_are_of_version_seven_and_sort_by_the_order_of_their_making() -> None:
    made = []
    for _ in range(200):
        made.append(new_id())
        moment = time.time_ns()
        while time.time_ns() - moment < 1_000:
            pass  # a microsecond apart: more than the clock of an id tells
    assert made == sorted(made)
    assert len(set(made)) == len(made)
    assert {one.version for one in made} == {7}
    assert {one.variant for one in made} == {"specified in RFC 4122"}


def test_the_first_bits_are_the_milliseconds_of_the_present() -> None:
    before = time.time_ns() // 1_000_000
    found = new_id().int >> 80
    assert before <= found <= time.time_ns() // 1_000_000
