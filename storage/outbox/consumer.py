"""Celery's consumer, less the part that would lay out queues for delayed messages."""

from __future__ import annotations

from celery.worker.consumer import Consumer


class WakeUpConsumer(Consumer):
    """A consumer of wake-ups.

    For quorum queues Celery declares 28 more queues and as many exchanges for tasks with a countdown. No wake-up has one: a row
    that must wait says so in the outbox.
    """

    class Blueprint(Consumer.Blueprint):  # type: ignore[misc, valid-type] # typed as a variable
        """The steps of Celery's own, without delayed delivery."""

        default_steps = tuple(
            step for step in Consumer.Blueprint.default_steps if not str(step).endswith(":DelayedDelivery")
        )
