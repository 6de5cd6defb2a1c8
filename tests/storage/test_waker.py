from __future__ import annotations

import logging

import pytest

from storage.outbox.worker import Broker, Waker, make_celery
from tests.waiting import wait_until

ABSENT = "amqp://127.0.0.1:1//"


def test_a_wake_up_that_cannot_be_sent_is_told_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    waker = Waker(make_celery(Broker(ABSENT, "letters", "postgresql://unused")))
    with caplog.at_level(logging.WARNING, logger="storage.outbox.worker"):
        waker("letters")
        wait_until(lambda: "broker unreachable; letters waits for the poller" in caplog.text, "the warning")


def test_passwords_stand_in_no_description_of_a_broker() -> None:
    broker = Broker("amqp://edms:tuyet-mat@broker", "edms", "postgresql://edms:tuyet-mat@db/edms")
    assert "tuyet-mat" not in repr(broker)
