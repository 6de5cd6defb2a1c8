"""The short storm, so that the harness stays alive; `make faults` plays the whole one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.timeout(600)
def test_1_to_5_a_short_storm_loses_doubles_and_changes_nothing() -> None:
    environ = os.environ | {"DOCUMENTS": "200", "SEED": "20261120"}
    command = [sys.executable, "-m", "tests.faults"]
    done = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "SEED=20261120 DOCUMENTS=200"
    told = json.loads(lines[-1])
    assert (told["lost"], told["doubled"], told["changed"], told["documents"]) == (0, 0, 0, 200)
    assert told["kills"] >= 4
