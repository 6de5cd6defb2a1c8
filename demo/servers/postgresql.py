"""The distribution's PostgreSQL on loopback, for the demonstration on production parts and for tests.

The installed binaries run on a folder of our own (see `storage.embedded`); the cluster that the package brings is not touched.
"""

from __future__ import annotations

from pathlib import Path

from demo.ports import free_port
from storage.embedded import EmbeddedPostgres

INSTALLED = Path("/usr/lib/postgresql")


def binaries() -> Path | None:
    """Return the folder of the installed server's programs, version 15 before any other; None where there is none."""
    found = [path for path in INSTALLED.glob("*/bin") if path.parent.name.isdigit() and (path / "initdb").exists()]
    wanted = sorted(found, key=lambda path: (path.parent.name != "15", -int(path.parent.name)))
    return wanted[0] if wanted else None


def missing() -> list[str]:
    """Return the Debian packages that must be installed first; empty when the server can be started here."""
    return [] if binaries() is not None else ["postgresql"]


def on_loopback(directory: Path) -> EmbeddedPostgres:
    """Return a server of the installed version in `directory`, not started, that listens on a port of 127.0.0.1.

    A server that a killed run left behind there keeps its port, so that starting takes it over.
    """
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = directory / "port"
    kept = EmbeddedPostgres(directory, binaries=binaries(), port=int(file.read_text()) if file.exists() else None)
    if kept.port and kept.is_running:
        return kept
    port = free_port(set())
    file.write_text(str(port))
    return EmbeddedPostgres(directory, binaries=binaries(), port=port)
