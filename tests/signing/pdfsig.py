"""Poppler's `pdfsig` as an outside judge of signatures."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path


def pdfsig_of(path: Path) -> str:
    """Return what `pdfsig` says of a file; a home of its own keeps the certificate store of whoever tests out of it."""
    environment = {**os.environ, "HOME": str(path.parent), "LC_ALL": "C.UTF-8"}
    done = subprocess.run(["pdfsig", str(path)], capture_output=True, text=True, check=False, env=environment)
    return done.stdout


def signatures_of(path: Path) -> list[str]:
    """Return the verdict on each signature, as `pdfsig` words it."""
    lines = (line.strip() for line in pdfsig_of(path).splitlines())
    return [line.removeprefix("- Signature Validation: ") for line in lines if "Signature Validation:" in line]
