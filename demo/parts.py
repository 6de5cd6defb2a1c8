"""What the services of the demonstration stand on: embedded parts, or those of a production (`PARTS=production`).

Both answer the same questions, so that the rest of the demonstration need not know which it has.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Protocol

import psycopg

from demo.servers import ceph, postgresql, rabbitmq
from storage.blobs.opening import bucket_at
from storage.blobs.s3 import S3Store
from storage.embedded import EmbeddedPostgres
from storage.embedded_use import EmbeddedUse

SERVICES = ("edms", "axis")


class PartsMissing(Exception):
    """Packages are not installed; the message names them."""


class Parts(Protocol):
    """A database server, a broker and a blob store for both services."""

    def start(self) -> None:
        """Start what has to run; raises the errors of the servers."""

    def settings(self, service: str) -> dict[str, str]:
        """Make an empty database and blob store for `service`; return its settings without their prefix."""

    def empty_broker(self) -> str:
        """Lose every wake-up there is, as roughly as the broker allows; return what was done."""

    def stop(self) -> None:
        """Stop what was started."""


def choose(root: Path) -> Parts:
    """Return the parts that `PARTS` names (`embedded` by default); `root` is where they may write.

    Raises `PartsMissing` for packages that are not installed, and for another name.
    """
    name = os.environ.get("PARTS") or "embedded"
    if name == "embedded":
        return EmbeddedParts(root)
    if name != "production":
        raise PartsMissing(f"PARTS={name}: embedded or production")
    if lacking := missing():
        raise PartsMissing(f"PARTS=production: apt-get install {' '.join(lacking)} (make system)")
    return ProductionParts(root)


def missing() -> list[str]:
    """Return the packages that the parts of a production need and that are not installed."""
    return [*postgresql.missing(), *rabbitmq.missing(), *ceph.missing()]


class EmbeddedParts:
    """The embedded PostgreSQL with the broker in it, and folders: nothing to install, nothing listens on a port."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._use = EmbeddedUse(EmbeddedPostgres(root / "postgres"))

    def start(self) -> None:
        """See `Parts.start`."""
        self._use.enter()

    def settings(self, service: str) -> dict[str, str]:
        """See `Parts.settings`; the caller empties the folder `data`, which holds the blobs."""
        return {
            **_empty_database(self._use.server, service),
            "BLOB_URL": f"file:{(self._root / 'demo' / 'data' / f'{service}-blobs').absolute()}",
        }

    def empty_broker(self) -> str:
        """See `Parts.empty_broker`: empty both queues."""
        for service in SERVICES:
            with psycopg.connect(self._use.server.url(_name(service))) as connection:
                connection.execute("SELECT pgmq.purge_queue(%s)", [service])
        return "xoá sạch hàng đợi pgmq / queues of pgmq emptied"

    def stop(self) -> None:
        """See `Parts.stop`; a server that others use goes on."""
        self._use.leave()


class ProductionParts:
    """The distribution's PostgreSQL over TCP, RabbitMQ and an S3 service, all on loopback."""

    def __init__(self, root: Path) -> None:
        folder = root / "production"
        folder.mkdir(parents=True, exist_ok=True)
        self._postgres = postgresql.on_loopback(folder / "postgresql")
        self._rabbit = rabbitmq.RabbitMq()
        self._ceph = ceph.Ceph(folder / "ceph")

    def start(self) -> None:
        """See `Parts.start`."""
        self._postgres.start()
        self._rabbit.start()
        self._ceph.start()

    def settings(self, service: str) -> dict[str, str]:
        """See `Parts.settings`; the S3 service keeps all in memory and begins empty."""
        url = self._ceph.url(f"{service}-blobs")
        S3Store(bucket_at(url)).make_bucket()
        return {**_empty_database(self._postgres, service), "BROKER_URL": self._rabbit.url, "BLOB_URL": url}

    def empty_broker(self) -> str:
        """See `Parts.empty_broker`: kill RabbitMQ, remove all that it stored, start it again."""
        self._rabbit.kill()
        self._rabbit.wipe()
        self._rabbit.start()
        return "kill -9 RabbitMQ, xoá dữ liệu, khởi động lại / killed, wiped, started again"

    def stop(self) -> None:
        """See `Parts.stop`."""
        self._ceph.stop()
        self._rabbit.close()
        self._postgres.stop()


def _name(service: str) -> str:
    """Name of a database of the demonstration, which begins empty: never that of `embedded:`, which may hold somebody's work."""
    return f"demo_{service}"


def _empty_database(server: EmbeddedPostgres, service: str) -> dict[str, str]:
    name = _name(service)
    server.drop(name)
    urls = server.provide(name, owner=f"{name}_owner", application=name)
    return {"DATABASE_URL": urls.application, "DATABASE_OWNER_URL": urls.owner}
