"""How long an account waits after wrong passwords."""

from __future__ import annotations

from datetime import timedelta

FREE_ATTEMPTS = 5
"""So many wrong passwords in a row cost nothing but their own time."""

FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)


def wait_after(failures: int) -> timedelta:
    """Return how long the account refuses everything after the `failures`-th wrong password in a row.

    Nothing up to `FREE_ATTEMPTS`, then a minute, doubling to an hour: a guesser gets some thirty tries a day, a tired clerk
    is never shut out for long.
    """
    if failures <= FREE_ATTEMPTS:
        return timedelta(0)
    doublings = min(failures - FREE_ATTEMPTS - 1, 10)
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)
