"""The story itself, in real processes: undisturbed, with its processes killed in the middle, and on the parts of a production."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from demo import parts
from tests.signing.pdfsig import signatures_of

PROJECT = Path(__file__).parent.parent.parent

pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("story")]


def play(folder: Path, **environ: str) -> str:
    """Play the story with its data in `folder`; return what it printed. Fails the test unless it exits 0."""
    (folder / "build").symlink_to(PROJECT / "build")
    done = subprocess.run(
        [sys.executable, "-m", "demo"],
        cwd=folder,
        env={**os.environ, "ONCE": "1", "PYTHONPATH": str(PROJECT), **environ},
        capture_output=True,
        check=False,
        text=True,
    )
    logs = "\n".join(path.read_text(errors="replace")[-3000:] for path in sorted(folder.glob("var/demo/*.log")))
    assert done.returncode == 0, done.stdout + done.stderr + logs
    return done.stdout


def test_the_story_holds_and_its_letter_has_two_valid_signatures(tmp_path: Path) -> None:
    printed = play(tmp_path)
    assert [line[:2] for line in printed.splitlines() if line[:1].isdigit()] == [
        "1.",
        "2.",
        "3.",
        "4.",
        "5.",
        "6.",
        "7.",
    ]
    sealed = tmp_path / "var/demo/ket-qua/cong-van-da-dong-dau.pdf"
    assert (tmp_path / "var/demo/ket-qua/bien-ban-ban-giao.pdf").read_bytes().startswith(b"%PDF")
    if shutil.which("pdfsig") is None:
        pytest.skip("pdfsig is not installed; the signatures were checked by pyHanko only")
    assert signatures_of(sealed) == ["Signature is Valid."] * 2


@pytest.mark.parametrize("killed", ["edms-worker,axis-web", "axis-worker,edms-web,broker"])
def test_processes_killed_in_the_middle_lose_and_double_nothing(tmp_path: Path, killed: str) -> None:
    printed = play(tmp_path, DRILL=killed)
    assert printed.count("⚡ kill -9") == 2
    assert ("queues of pgmq emptied" in printed) == ("broker" in killed)


@pytest.mark.timeout(600)
def test_the_story_holds_on_the_parts_of_a_production_whose_broker_is_killed_and_emptied(tmp_path: Path) -> None:
    if lacking := parts.missing():
        pytest.skip(f"no parts of a production: install {' '.join(lacking)} (make system)")
    printed = play(tmp_path, PARTS="production", DRILL="broker")
    assert printed.count("⚡ kill -9 RabbitMQ") == 1


def test_parts_that_there_are_not_are_refused(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "demo"]
    environ = {**os.environ, "PYTHONPATH": str(PROJECT), "PARTS": "cloud"}
    done = subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, check=False, text=True)
    assert (done.returncode, "Traceback" in done.stderr) == (1, False)
    assert "PARTS=cloud" in done.stderr
