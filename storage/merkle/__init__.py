"""Logs that can be verified offline: entries take their place in a Merkle tree (RFC 9162) after they were written.

The act that writes an entry also writes its leaf hash to `merkle_pending`, by a trigger of the entry's table: in the act's own
transaction, without a lock (`model`). One sequencer gives the pending leaves their places (`sequencer`), another job states the
size and the root from time to time with a time-stamp (`checkpoints`). `export` writes a log to a file, `verifier` judges such a
file without any database; `tree` and `form` are all that it needs.
"""
