from __future__ import annotations

import itertools
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from storage.clock import ManualClock
from storage.counters import take_next
from storage.errors import LeaseLost
from storage.outbox.model import OutboxRow
from storage.outbox.relay import Claim, GiveUp, Relay, RetryLater, Topic, backoff
from storage.outbox.repair import backlog, dead_letters, redrive
from storage.unit_of_work import Database


def publish(database: Database, count: int = 1, key: str | None = None) -> None:
    with database.begin() as tx:
        for number in range(count):
            tx.publish("letters", {"n": number}, key=key)


def rows(database: Database) -> list[OutboxRow]:
    with database.reading() as session:
        found = list(session.scalars(select(OutboxRow).order_by(OutboxRow.id)))
        session.expunge_all()
        return found


def test_many_workers_run_each_row_once(database: Database) -> None:
    publish(database, 141)
    seen: list[int] = []
    lock = threading.Lock()

    def handle(claim: Claim) -> None:
        with lock:
            seen.append(claim.payload["n"])

    relays = [Relay(database, [Topic("letters", handle, batch=7)]) for _ in range(6)]
    with ThreadPoolExecutor(6) as pool:
        ran = sum(pool.map(lambda relay: relay.drain("letters"), relays))
    assert ran == 141
    assert sorted(seen) == list(range(141))
    assert backlog(database) == {"done": 141}


def test_a_dead_workers_row_is_taken_over_after_its_lease(database: Database, clock: ManualClock) -> None:
    publish(database)
    dead = Relay(database, [Topic("letters", lambda _: None)])
    dead._claim(dead.topics["letters"])  # claimed, then killed

    seen: list[int] = []
    alive = Relay(database, [Topic("letters", lambda claim: seen.append(claim.attempt))])
    assert alive.drain("letters") == 0
    clock.advance(timedelta(seconds=31))
    assert alive.due_topics() == ["letters"]
    assert alive.drain("letters") == 1
    assert seen == [2]


def test_an_effect_settled_with_its_row_happens_once_though_two_workers_hold_it(
    database: Database, clock: ManualClock
) -> None:
    publish(database)
    relay = Relay(database, [Topic("letters", lambda _: None)])
    [slow] = relay._claim(relay.topics["letters"])
    clock.advance(timedelta(seconds=31))
    [quick] = relay._claim(relay.topics["letters"])

    def effect(claim: Claim) -> None:
        with database.begin() as tx:
            take_next(tx, "effects")
            claim.settle(tx)

    effect(quick)
    with pytest.raises(LeaseLost):
        effect(slow)
    with database.begin() as tx:
        assert take_next(tx, "effects") == 2


def test_a_failure_is_written_down_and_tried_again_later(database: Database, clock: ManualClock) -> None:
    publish(database)

    def fails(claim: Claim) -> None:
        raise RuntimeError("the hub is away")

    relay = Relay(database, [Topic("letters", fails, backoff_base=timedelta(seconds=10))])
    relay.drain("letters")
    [row] = rows(database)
    assert (row.state, row.attempts, row.last_error) == ("pending", 1, "RuntimeError('the hub is away')")
    assert timedelta(seconds=8) <= row.available_at - clock.now() <= timedelta(seconds=12)
    assert relay.drain("letters") == 0


def test_retry_later_says_when(database: Database, clock: ManualClock) -> None:
    publish(database)

    def later(claim: Claim) -> None:
        raise RetryLater("busy", after=timedelta(minutes=7))

    Relay(database, [Topic("letters", later)]).drain("letters")
    assert rows(database)[0].available_at == clock.now() + timedelta(minutes=7)


def test_giving_up_makes_a_dead_letter_that_can_be_tried_again(database: Database) -> None:
    publish(database)

    def refuses(claim: Claim) -> None:
        raise GiveUp("recipient unknown")

    Relay(database, [Topic("letters", refuses)]).drain("letters")
    [letter] = dead_letters(database)
    assert letter.reason == "recipient unknown"
    assert redrive(database, letter.id)
    assert not redrive(database, letter.id)
    seen: list[int] = []
    Relay(database, [Topic("letters", lambda claim: seen.append(claim.attempt))]).drain("letters")
    assert seen == [1]


def test_the_last_attempt_kills_the_row(database: Database, clock: ManualClock) -> None:
    publish(database)

    def fails(claim: Claim) -> None:
        raise RuntimeError("still away")

    relay = Relay(database, [Topic("letters", fails, max_attempts=3)])
    for _ in range(3):
        assert relay.drain("letters") == 1
        clock.advance(timedelta(minutes=10))
    assert rows(database)[0].state == "dead"
    assert relay.drain("letters") == 0


def test_rows_of_a_key_run_in_order_and_wait_for_the_one_before(database: Database, clock: ManualClock) -> None:
    publish(database, 3, key="document 7")
    publish(database, 1, key="document 8")
    seen: list[int] = []

    def handle(claim: Claim) -> None:
        if claim.payload["n"] == 1 and claim.attempt == 1:
            raise RetryLater("not yet", after=timedelta(seconds=5))
        seen.append(claim.id)

    relay = Relay(database, [Topic("letters", handle)])
    relay.drain("letters")
    first, second, third, other = (row.id for row in rows(database))
    assert sorted(seen) == [first, other]
    clock.advance(timedelta(seconds=6))
    relay.drain("letters")
    assert seen[-2:] == [second, third]


def test_recurring_rows_come_back_and_never_die(database: Database, clock: ManualClock) -> None:
    outcomes = [None, RuntimeError("once"), GiveUp("never mind"), None]

    def handle(claim: Claim) -> None:
        outcome = outcomes.pop(0)
        if outcome is not None:
            raise outcome

    relay = Relay(database, [Topic("inbox", handle, max_attempts=1)])
    for _ in range(2):
        relay.ensure_recurring("inbox", "commune", "{}", timedelta(seconds=5))
    assert len(rows(database)) == 1
    while outcomes:
        assert relay.drain("inbox") == 1
        assert relay.drain("inbox") == 0
        clock.advance(timedelta(minutes=6))
    assert rows(database)[0].state == "pending"


def test_a_worker_that_is_too_slow_leaves_the_rest_to_others(database: Database, clock: ManualClock) -> None:
    publish(database, 5)

    def slow(claim: Claim) -> None:
        clock.advance(timedelta(seconds=40))

    relay = Relay(database, [Topic("letters", slow)])
    assert relay.drain("letters") == 1
    assert backlog(database) == {"claimed": 4, "done": 1}


@given(
    attempt=st.integers(1, 10_000),
    base=st.floats(0.1, 60),
    cap=st.floats(1, 3600),
    seed=st.integers(0, 2**32),
)
def test_pauses_double_up_to_a_cap_and_differ_by_a_fifth_at_most(
    attempt: int, base: float, cap: float, seed: int
) -> None:
    topic = Topic("letters", lambda _: None, backoff_base=timedelta(seconds=base), backoff_cap=timedelta(seconds=cap))
    pause = backoff(topic, attempt, random.Random(seed)).total_seconds()
    middle = min(cap, base * 2.0 ** min(attempt - 1, 20))
    assert 0.79 * middle <= pause <= 1.21 * middle
    assert pause != backoff(topic, attempt, random.Random(seed + 1)).total_seconds()


def test_what_may_pass_is_tried_until_its_time_to_live_ends_and_no_longer(
    database: Database, clock: ManualClock
) -> None:
    """Days of retries on a clock that only this test moves."""
    publish(database)
    began, tried = clock.now(), []

    def away(claim: Claim) -> None:
        tried.append(clock.now() - began)
        raise RetryLater("the hub is away")

    relay = Relay(database, [Topic("letters", away, ttl=timedelta(days=2))])
    while rows(database)[0].state != "dead":
        clock.advance(max(timedelta(0), rows(database)[0].available_at - clock.now()))
        assert relay.drain("letters") == 1
    gaps = [later - earlier for earlier, later in itertools.pairwise(tried)]
    assert len(tried) > 400  # far more than the attempts after which a failure of an unknown kind ends a row
    assert timedelta(days=2) <= tried[-1] <= timedelta(days=2, minutes=6)
    assert tried[-2] < timedelta(days=2)
    assert max(gaps) <= timedelta(minutes=6)
    assert min(gaps[9:]) >= timedelta(minutes=4)
    assert len(set(gaps[9:])) > 100  # no two hubs' worth of senders in step


def test_a_database_that_was_away_ends_no_row(database: Database, clock: ManualClock) -> None:
    publish(database)
    causes: list[Exception] = [OperationalError("SELECT 1", {}, Exception("terminating connection"))] * 30

    def cut_off(claim: Claim) -> None:
        if causes:
            raise causes.pop()

    relay = Relay(database, [Topic("letters", cut_off)])
    for _ in range(31):
        assert relay.drain("letters") == 1
        clock.advance(timedelta(minutes=6))
    assert rows(database)[0].state == "done"


def test_a_dead_letter_tried_again_after_its_time_has_one_try(database: Database, clock: ManualClock) -> None:
    publish(database)

    def away(claim: Claim) -> None:
        raise RetryLater("the hub is away")

    relay = Relay(database, [Topic("letters", away, ttl=timedelta(0))])
    relay.drain("letters")
    [letter] = dead_letters(database)
    assert redrive(database, letter.id)
    assert relay.drain("letters") == 1
    assert [one.attempts for one in dead_letters(database)] == [1]
