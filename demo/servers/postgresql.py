"""The distribution's PostgreSQL on loopback, for the demonstration on production parts and for tests.

The installed binaries run on a folder of our own (see `storage.embedded`); the cluster that the package brings is not touched.
"""

from __future__ import annotations

import socket
from pathlib import Path

from storage.embedded import EmbeddedPostgres

INSTALLED = Path("/usr/lib/postgresql")


def binaries() -> Path | None:
    """Return the folder of the installed server's programs, version 15 before any other; None where there is none."""
    found = [path for path in INSTALLED.glob("*/bin") if path.parent.name.isdigit() and (path / "initdb").exists()]
    wanted = sorted(found, key=lambda path: (path.parent.name != "15", -int(path.parent.name)))
    return wanted[0] if wanted else None


def missing() -> list[str]:
    """Return the Debian packages that must be installed first; empty when the server can be started here."""
    return [] if binaries() is not None else ["postgresql-15"]


def on_loopback(directory: Path) -> EmbeddedPostgres:
    """Return a server of the installed version in `directory`, not started, that will listen on a free port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    return EmbeddedPostgres(directory, binaries=binaries(), port=port)
