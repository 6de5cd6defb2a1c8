"""The transactional outbox: the row is the truth, the broker is only a wake-up.

`model` the table · `relay` claims, runs and settles rows · `worker` the Celery application that a wake-up reaches ·
`repair` what an administrator does with dead letters.
"""
