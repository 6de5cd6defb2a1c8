"""Durable state: rows, blobs, and the outbox that turns a committed decision into work.

The package knows nothing of documents. `edms` and `axis` each own a database and bring their own tables; the tables
that both need (outbox, counters) are migrated from here.
"""
