"""From the URL in the settings to the store: the one place that knows which kinds there are.

```
file:var/edms/blobs                      a folder; from where the service was started
file:/srv/edms/blobs                     a folder
s3://ACCESS:SECRET@host:port/bucket?…    a bucket; keys and secret percent-encoded where they hold /, @ or :
    tls=0                    plain http (default 1)
    ca=/etc/ssl/own.pem      roots of the server's certificate (default: those of the system)
    region=us-east-1         region that requests are signed for
    lock=COMPLIANCE          or GOVERNANCE: lock each blob …
    lock_days=3650           … for so many days since it was put
```
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

from storage.blobs.folder import FolderStore
from storage.blobs.port import BlobStore
from storage.errors import SettingsInvalid

if TYPE_CHECKING:
    from storage.blobs.s3_client import Bucket

_KEYS = ("tls", "ca", "region", "lock", "lock_days")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")


def open_store(url: str) -> BlobStore:
    """Return the store at `url`; nothing is asked of it yet. Raises `SettingsInvalid`, whose message holds no key."""
    kind, _, _ = url.partition(":")
    if kind == "file":
        return FolderStore(_folder(url))
    if kind == "s3":
        from storage.blobs.s3 import S3Store  # noqa: PLC0415 - the SDK is heavy, and a folder needs none

        return S3Store(bucket_at(url))
    raise SettingsInvalid("neither file:… nor s3://…")


def bucket_at(url: str) -> Bucket:
    """Return what an `s3://` URL says. Raises `SettingsInvalid` naming every fault, without the keys."""
    from storage.blobs.s3_client import Bucket  # noqa: PLC0415 - as above

    try:
        parts = urlsplit(url)
        endpoint = f"{parts.hostname or ''}:{parts.port}" if parts.port else parts.hostname or ""
        query = parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    except ValueError as error:
        raise SettingsInvalid("not a URL; percent-encode what stands in the keys") from error
    asked = dict(query)
    faults = [f"unknown key {key}; there are {', '.join(_KEYS)}" for key in asked if key not in _KEYS]
    if len(asked) != len(query):
        faults.append("a key stands twice")
    if not (endpoint and parts.username and parts.password):
        faults.append("s3://ACCESS:SECRET@host:port/bucket: host and both keys are needed, percent-encoded")
    name = parts.path.strip("/")
    if not _BUCKET.fullmatch(name):
        faults.append("the path is the bucket: 3 to 63 lower-case letters, digits, dots and hyphens")
    faults += _faults_of_values(asked)
    if faults:
        raise SettingsInvalid("; ".join(faults))
    return Bucket(
        endpoint=endpoint,
        name=name,
        access_key=unquote(parts.username or ""),
        secret_key=unquote(parts.password or ""),
        tls=asked.get("tls", "1") == "1",
        ca_file=Path(asked["ca"]) if "ca" in asked else None,
        region=asked.get("region", "us-east-1"),
        lock_mode=asked.get("lock", ""),
        lock_days=int(asked.get("lock_days", "0")),
    )


def faults_of(url: str, *, production: bool) -> list[str]:
    """Return what is wrong with the URL of a store; a production may have neither a relative folder nor plain http."""
    try:
        if url.startswith("s3:"):
            bucket = bucket_at(url)
            return ["plain http (tls=0) is for demonstrations"] if production and not bucket.tls else []
        open_store(url)
    except SettingsInvalid as error:
        return [str(error)]
    if production and not _folder(url).is_absolute():
        return ["an absolute folder, so that it does not depend on where the service was started"]
    return []


def _folder(url: str) -> Path:
    parts: Any = urlsplit(url)
    if parts.netloc or parts.query or parts.fragment or not parts.path:
        raise SettingsInvalid("file:/folder or file:folder, and nothing else")
    return Path(unquote(parts.path))


def _faults_of_values(asked: dict[str, str]) -> list[str]:
    faults = []
    if asked.get("tls", "1") not in ("0", "1"):
        faults.append("tls: 0 or 1")
    if "ca" in asked and not Path(asked["ca"]).is_file():
        faults.append(f"ca: no file {asked['ca']}")
    if asked.get("lock", "COMPLIANCE") not in ("COMPLIANCE", "GOVERNANCE"):
        faults.append("lock: COMPLIANCE or GOVERNANCE")
    if ("lock" in asked) != ("lock_days" in asked):
        faults.append("lock and lock_days go together")
    if "lock_days" in asked and not re.fullmatch(r"[1-9]\d{0,4}", asked["lock_days"]):
        faults.append("lock_days: 1 to 99999")
    return faults
