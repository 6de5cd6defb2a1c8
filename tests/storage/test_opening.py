"""The URL of a store: what it may say, what is refused with which words, and that no key is ever shown."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.blobs.folder import FolderStore
from storage.blobs.opening import bucket_at, faults_of, open_store
from storage.blobs.s3 import S3Store
from storage.errors import SettingsInvalid

KEYS = "s3://key:tuyet-mat@store.example:7480/edms-blobs"


def test_each_kind_is_opened_without_asking_anything_of_it(tmp_path: Path) -> None:
    assert isinstance(open_store(f"file:{tmp_path}/blobs"), FolderStore)
    assert isinstance(open_store("file:var/blobs"), FolderStore)
    assert isinstance(open_store(KEYS), S3Store)
    assert list(tmp_path.iterdir()) == []


def test_all_that_a_bucket_needs_is_read(tmp_path: Path) -> None:
    roots = tmp_path / "own.pem"
    roots.touch()
    bucket = bucket_at(f"{KEYS}?tls=1&lock=COMPLIANCE&lock_days=3650&region=vn-1&ca={roots}")
    assert (bucket.endpoint, bucket.name, bucket.region) == ("store.example:7480", "edms-blobs", "vn-1")
    assert (bucket.tls, bucket.ca_file, bucket.lock_mode, bucket.lock_days) == (True, roots, "COMPLIANCE", 3650)
    assert "tuyet-mat" not in repr(bucket)


@given(secret=st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1))
def test_any_key_travels_percent_encoded(secret: str) -> None:
    bucket = bucket_at(f"s3://{quote(secret, safe='')}:{quote(secret, safe='')}@store/blobs")
    assert (bucket.access_key, bucket.secret_key) == (secret, secret)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", "file:"),
        ("var/blobs", "file:"),
        ("ftp://store/blobs", "file:"),
        ("file:", "file:/folder"),
        ("file://host/folder", "file:/folder"),
        ("file:/folder?sync=0", "file:/folder"),
        ("s3://store/edms-blobs", "both keys"),
        ("s3://key:tuyet-mat@/edms-blobs", "host"),
        ("s3://key:tuyet-mat@store", "bucket"),
        ("s3://key:tuyet-mat@store/Two/Parts", "bucket"),
        ("s3://key:tuyet/mat@store/edms-blobs", "not a URL"),
        (f"{KEYS}?lokc=COMPLIANCE", "unknown key lokc"),
        (f"{KEYS}?tls=yes", "tls: 0 or 1"),
        (f"{KEYS}?tls=1&tls=0", "twice"),
        (f"{KEYS}?tls", "not a URL"),
        (f"{KEYS}?lock=COMPLIANCE", "go together"),
        (f"{KEYS}?lock_days=5", "go together"),
        (f"{KEYS}?lock=FOREVER&lock_days=5", "COMPLIANCE or GOVERNANCE"),
        (f"{KEYS}?lock=COMPLIANCE&lock_days=0", "lock_days"),
        (f"{KEYS}?ca=/not/there.pem", "no file"),
    ],
)
def test_what_is_wrong_is_said_without_the_key(url: str, said: str) -> None:
    with pytest.raises(SettingsInvalid) as refusal:
        open_store(url)
    assert said in str(refusal.value)
    assert "tuyet" not in str(refusal.value)
    assert faults_of(url, production=False) == [str(refusal.value)]


@pytest.mark.parametrize(("url", "fit"), [("file:var/blobs", False), ("file:/srv/blobs", True), (KEYS, True)])
def test_production_wants_a_folder_that_stays_where_it_is_and_encrypted_requests(url: str, *, fit: bool) -> None:
    assert faults_of(url, production=False) == []
    assert (faults_of(url, production=True) == []) is fit


def test_production_refuses_plain_http() -> None:
    assert faults_of(f"{KEYS}?tls=0", production=False) == []
    assert "tls=0" in faults_of(f"{KEYS}?tls=0", production=True)[0]
