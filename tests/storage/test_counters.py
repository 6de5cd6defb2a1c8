from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from storage.counters import take_next
from storage.unit_of_work import Database


class ChangedMyMindError(Exception):
    pass


def test_concurrent_takers_with_roll_backs_leave_no_gap_and_no_double(database: Database) -> None:
    dice = random.Random(20261120)
    fates = [dice.random() < 0.25 for _ in range(200)]

    def take(fails: bool) -> int | None:
        try:
            with database.begin() as tx:
                number = take_next(tx, "incoming:2026")
                if fails:
                    raise ChangedMyMindError
                return number
        except ChangedMyMindError:
            return None

    with ThreadPoolExecutor(16) as pool:
        numbers = [n for n in pool.map(take, fates) if n is not None]
    assert sorted(numbers) == list(range(1, fates.count(False) + 1))


def test_the_first_sixteen_of_a_new_year_all_succeed(database: Database) -> None:
    def first(_: int) -> int:
        with database.begin() as tx:
            return take_next(tx, "incoming:2027")

    with ThreadPoolExecutor(16) as pool:
        assert sorted(pool.map(first, range(16))) == list(range(1, 17))


def test_series_do_not_disturb_one_another(database: Database) -> None:
    with database.begin() as tx:
        assert [take_next(tx, "a"), take_next(tx, "b"), take_next(tx, "a")] == [1, 1, 2]


@pytest.mark.parametrize("series", ["", "một sổ có dấu", "x" * 500])
def test_any_name_is_a_series(database: Database, series: str) -> None:
    with database.begin() as tx:
        assert take_next(tx, series) == 1
