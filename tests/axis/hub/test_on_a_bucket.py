"""A hub whose blob store is a bucket; and one whose store is away accepts nothing and says so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from axis.hub.model import Message, Quarantined
from axis.hub.tables import HISTORY
from storage.blobs.opening import open_store
from storage.settings import Secret
from tests.axis.hub.messages import document
from tests.axis.hub.world import World, bearer, settings_for
from tests.ceph import FreshBucket, ceph, fresh_bucket
from tests.postgres import FreshDatabase

__all__ = ["ceph", "fresh_bucket"]


@pytest.fixture
def on_s3(postgres_url: FreshDatabase, tmp_path: Path, fresh_bucket: FreshBucket) -> Iterator[World]:
    world = World(settings_for(postgres_url(HISTORY), tmp_path, blob_url=Secret(fresh_bucket())))
    try:
        yield world
    finally:
        world.hub.close()


@pytest.fixture
def away(postgres_url: FreshDatabase, tmp_path: Path) -> Iterator[World]:
    nowhere = Secret("s3://key:secret@127.0.0.1:1/blobs?tls=0")
    world = World(settings_for(postgres_url(HISTORY), tmp_path, blob_url=nowhere))
    try:
        yield world
    finally:
        world.hub.close()


def test_a_message_goes_into_the_bucket_and_out_of_it(on_s3: World) -> None:
    sent = document()
    answer = on_s3.post("province", sent)
    assert answer.status_code == 201, answer.text
    on_s3.work()
    delivery = on_s3.inbox("department")[0]
    assert on_s3.get("department", f"/v1/deliveries/{delivery['delivery_id']}/message").data == sent
    assert [ref.size_bytes for ref in open_store(on_s3.settings.blob_url.reveal()).refs()] == [len(sent)]
    ready = on_s3.client.get("/readyz")
    assert (ready.status_code, ready.json and ready.json["checks"]) == (200, {"database": "ok", "blobs": "ok"})


def test_nothing_is_accepted_while_the_store_is_away(away: World) -> None:
    answer = away.post("province", document())
    assert (answer.status_code, answer.json and answer.json["code"]) == (503, "http.unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    with away.hub.database.reading() as session:
        for table in (Message, Quarantined):
            assert session.scalar(select(func.count()).select_from(table)) == 0
    ready = away.client.get("/readyz", headers=bearer("province"))
    assert (ready.status_code, ready.json and ready.json["checks"]) == (503, {"database": "ok", "blobs": "failed"})
