"""The door of a node: so many at once, nobody while the workers are far behind. Real ones: `tests/faults/test_overload.py`."""

from __future__ import annotations

from datetime import timedelta

import pytest

from axis.hub.admission import BACKLOG_SECONDS, BUSY_SECONDS, Admission, Downloads
from axis.hub.errors import Overloaded
from storage.identifiers import new_id
from tests.axis.hub.messages import document
from tests.axis.hub.world import World
from tests.provoked import provokes


def test_as_many_as_there_are_places_and_again_when_one_is_free(world: World) -> None:
    admission = Admission(world.hub.database, at_once=2, backlog_limit_rows=10)
    with admission.admitted():
        with admission.admitted(), pytest.raises(Overloaded) as declined, admission.admitted():
            pass
        assert declined.value.facts == {"retry_after_seconds": BUSY_SECONDS}
        with admission.admitted():
            pass


def test_a_place_is_given_back_whatever_happens_inside(world: World) -> None:
    admission = Admission(world.hub.database, at_once=1, backlog_limit_rows=10)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), admission.admitted():
            raise ZeroDivisionError


def test_nobody_while_too_many_rows_wait_and_all_again_once_they_are_done(world: World) -> None:
    admission = Admission(world.hub.database, at_once=1, backlog_limit_rows=1)
    for number in range(2):
        assert world.post("province", document(document_id=f"H99,2026/11/20,{number}/CV")).status_code == 201
    for _ in range(2):  # the place is given back
        with pytest.raises(Overloaded) as declined, admission.admitted():
            pass
        assert declined.value.facts == {"retry_after_seconds": BACKLOG_SECONDS}
    world.work()
    world.clock.advance(timedelta(seconds=2))
    with admission.admitted():
        pass


@provokes("exchange.overloaded")
def test_the_answer_says_when_to_come_again(world: World) -> None:
    world.hub.admission._backlog_limit_rows = 0
    assert world.post("province", document()).status_code == 201
    world.clock.advance(timedelta(seconds=2))
    answer = world.post("province", document(document_id="H99,2026/11/20,16/CV"))
    assert answer.json is not None
    assert (answer.status_code, answer.json["code"]) == (503, "exchange.overloaded")
    assert answer.headers["Retry-After"] == str(BACKLOG_SECONDS)


def test_an_account_has_its_share_of_the_downloads_and_gets_it_back() -> None:
    downloads = Downloads(at_once=3, of_account=2)
    slow, other, third = new_id(), new_id(), new_id()
    give_back = [downloads.take(slow), downloads.take(slow)]
    with pytest.raises(Overloaded):
        downloads.take(slow)
    downloads.take(other)
    with pytest.raises(Overloaded):
        downloads.take(third)
    for again in (give_back[0], give_back[0]):
        again()
    downloads.take(third)
    with pytest.raises(Overloaded):
        downloads.take(other)
