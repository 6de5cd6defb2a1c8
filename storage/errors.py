"""Errors of the storage package.

```
StorageError
├── Conflict            somebody else changed the row since it was read
├── Duplicate           a unique constraint refused the row
├── NestedUnitOfWork    a unit of work was opened inside another (a programming error)
├── BlobMissing         no blob has that digest
├── BlobDamaged         the stored bytes no longer match their digest
├── BlobTooLarge        the stream is longer than the caller allows
├── BlobStoreUnavailable the store cannot read or write at present
├── BlobStoreUnfit      the store is not set up as the settings say
├── LeaseLost           the outbox row was taken over by another worker
├── SettingsInvalid     an environment variable is unknown, missing or malformed
└── EmbeddedUnavailable the embedded PostgreSQL cannot be started here
```

Storage does not know the catalogue of problems that people see; the edges translate (`edms.problems`, `axis.http`).
"""

from __future__ import annotations


class StorageError(Exception):
    """Base of the tree."""


class Conflict(StorageError):
    """The row's version moved on between reading and writing; read again and decide again."""


class Duplicate(StorageError):
    """A unique constraint refused the row.

    `constraint` is the constraint's name, so that a service can tell one kind of duplicate from another.
    """

    def __init__(self, constraint: str) -> None:
        super().__init__(f"unique constraint {constraint}")
        self.constraint = constraint


class NestedUnitOfWork(StorageError):
    """A unit of work was opened while one is open in the same context."""


class BlobMissing(StorageError):
    """No blob is stored under the digest (lower-case hex SHA-256)."""


class BlobDamaged(StorageError):
    """The bytes read do not hash to the digest they are stored under."""


class BlobTooLarge(StorageError):
    """The stream offered is longer than `limit_bytes`."""


class BlobStoreUnavailable(StorageError):
    """The blob store does not answer, refuses or has no room left; nothing was kept, and trying again later is right."""


class BlobStoreUnfit(StorageError):
    """The blob store cannot keep blobs as the settings promise; the message says what to set up there."""


class LeaseLost(StorageError):
    """The outbox row is no longer held by this worker; its transaction must roll back."""


class SettingsInvalid(StorageError):
    """Settings cannot be read; the message lists every fault, one a line."""


class EmbeddedUnavailable(StorageError):
    """No PostgreSQL binaries were found, or the server did not start; the message says what to do."""
