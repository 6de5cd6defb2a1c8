"""`blobs migrate` and `blobs verify` as an operator uses them: real processes, also killed ones."""

from __future__ import annotations

import io
import json
import os
import secrets
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from storage.blobs.folder import FolderStore
from storage.blobs.opening import open_store
from storage.blobs.port import BlobRef, BlobStore
from tests.ceph import FreshBucket, ceph, fresh_bucket

__all__ = ["ceph", "fresh_bucket"]

ROOT = Path(__file__).parents[3]
COUNT = 400


def command(*arguments: str, service: str = "edms") -> list[str]:
    return [sys.executable, "-m", f"{service}.cli", "blobs", *arguments]


def run(
    *arguments: str, service: str = "edms", environ: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments, service=service),
        cwd=ROOT,
        env=os.environ | (environ or {}),
        capture_output=True,
        text=True,
        check=False,
    )


def result(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    lines = done.stdout.splitlines()
    assert len(lines) == 1, done.stderr
    found: dict[str, Any] = json.loads(lines[0])
    return found


def fill(store: BlobStore, count: int) -> set[BlobRef]:
    return {store.put(io.BytesIO(secrets.token_bytes(number * 7))) for number in range(count)}


def damage(root: Path, ref: BlobRef) -> None:
    path = root / ref.sha256[:2] / ref.sha256[2:4] / ref.sha256
    path.chmod(0o640)
    path.write_bytes(path.read_bytes()[:-1] + b"?")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return tmp_path / "from"


@pytest.mark.parametrize("service", ["edms", "axis"])
def test_every_blob_is_copied_once(source: Path, tmp_path: Path, service: str) -> None:
    refs = fill(FolderStore(source), 10)
    first = run("migrate", f"file:{source}", f"file:{tmp_path}/to", "--json", service=service)
    assert (first.returncode, set(FolderStore(tmp_path / "to").refs())) == (0, refs)
    told = result(first)
    assert (told["blobs"], told["skipped"], told["damaged"]) == (10, 0, [])
    assert told["bytes"] == sum(ref.size_bytes for ref in refs)
    assert "10 tệp / blobs" in first.stderr
    again = result(run("migrate", f"file:{source}", f"file:{tmp_path}/to", "--json", service=service))
    assert (again["blobs"], again["skipped"]) == (0, 10)


def test_a_killed_copy_goes_on_where_it_was(source: Path, tmp_path: Path) -> None:
    refs = fill(FolderStore(source), COUNT)
    words = ("migrate", f"file:{source}", f"file:{tmp_path}/to", "--threads", "1", "--json")
    with subprocess.Popen(command(*words), cwd=ROOT, stderr=subprocess.PIPE) as killed:
        assert killed.stderr is not None
        killed.stderr.read(20)  # it tells of its first blobs
        killed.kill()
    assert killed.returncode == -signal.SIGKILL
    there = set(FolderStore(tmp_path / "to").refs())
    assert 0 < len(there) < COUNT
    told = result(run(*words))
    assert (told["skipped"], told["blobs"]) == (len(there), COUNT - len(there))
    assert set(FolderStore(tmp_path / "to").refs()) == refs
    assert run("verify", f"file:{tmp_path}/to").returncode == 0


def test_a_damaged_blob_is_named_and_the_others_are_copied(source: Path, tmp_path: Path) -> None:
    refs = sorted(fill(FolderStore(source), 10), key=lambda ref: ref.size_bytes)
    damage(source, refs[5])
    copied = run("migrate", f"file:{source}", f"file:{tmp_path}/to", "--json")
    assert copied.returncode == 1
    assert result(copied)["damaged"] == [refs[5].sha256]
    assert refs[5].sha256 in copied.stderr
    assert set(FolderStore(tmp_path / "to").refs()) == set(refs) - {refs[5]}
    read = run("verify", f"file:{source}", "--json")
    assert (read.returncode, result(read)["damaged"], result(read)["blobs"]) == (1, [refs[5].sha256], 9)


def test_a_store_that_cannot_be_opened_is_told_without_its_key(tmp_path: Path) -> None:
    for words in (
        ("verify", "s3://key:tuyet-mat@127.0.0.1:1/blobs?tls=0"),
        ("verify", "s3://key:tuyet-mat@127.0.0.1:1/blobs?locks=0"),
        ("migrate", f"file:{tmp_path}", "env:NOT_SET_ANYWHERE"),
        ("migrate", f"file:{tmp_path}/mistyped", f"file:{tmp_path}/to"),
        ("verify", f"file:{tmp_path}/mistyped"),
    ):
        told = run(*words)
        assert (told.returncode, "Traceback" in told.stderr) == (1, False)
        assert "Không thực hiện được" in told.stderr
        assert "tuyet-mat" not in told.stderr


def test_blobs_move_into_a_bucket_and_out_again(source: Path, tmp_path: Path, fresh_bucket: FreshBucket) -> None:
    refs = fill(FolderStore(source), 100)
    url = fresh_bucket(lock="GOVERNANCE", lock_days="1")
    into = run("migrate", f"file:{source}", "env:NEW_BLOB_URL", "--json", environ={"NEW_BLOB_URL": url})
    assert (into.returncode, result(into)["blobs"]) == (0, 100)
    assert set(open_store(url).refs()) == refs
    assert run("verify", "env:NEW_BLOB_URL", environ={"NEW_BLOB_URL": url}).returncode == 0
    out = run("migrate", "env:OLD_BLOB_URL", f"file:{tmp_path}/to", environ={"OLD_BLOB_URL": url})
    assert out.returncode == 0
    assert set(FolderStore(tmp_path / "to").refs()) == refs
