"""Ports of the demonstration: free ones, unless set; kept in `var/` because the PKI's stands in its certificates."""

from __future__ import annotations

import json
import os
import socket
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Ports:
    """Ports on 127.0.0.1 (`DEMO_EDMS_PORT`, `DEMO_AXIS_PORT`, `DEMO_PKI_PORT` set them)."""

    edms: int
    axis: int
    pki: int


def choose(file: Path) -> Ports:
    """Return the ports set in the environment, else those of the last run that are still free, else free ones."""
    kept = json.loads(file.read_text()) if file.exists() else {}
    chosen: dict[str, int] = {}
    for name in ("edms", "axis", "pki"):
        wanted = os.environ.get(f"DEMO_{name.upper()}_PORT") or kept.get(name)
        chosen[name] = int(wanted) if wanted and _is_free(int(wanted)) else free_port(set(chosen.values()))
    file.write_text(json.dumps(chosen))
    return Ports(**chosen)


def kept(file: Path) -> Ports:
    """Return the ports of the run that wrote `file`."""
    return Ports(**json.loads(file.read_text()))


def as_text(ports: Ports) -> str:
    """Return the ports on one line."""
    return ", ".join(f"{name} {port}" for name, port in asdict(ports).items())


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return probe.connect_ex(("127.0.0.1", port)) != 0


def free_port(taken: set[int]) -> int:
    """Return a port on 127.0.0.1 that nobody listens on at this moment and that is not in `taken`."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        if port not in taken:
            return port
