from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

SCRIPT = """
import sys
from pathlib import Path
from storage import crash_points
crash_points.arm(Path(sys.argv[1]) if sys.argv[1] else None)
for number in range(1, 4):
    crash_points.reached("storage.test.point", number)
    print(number, flush=True)
"""


def run(folder: Path | str) -> tuple[int, list[str]]:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(folder)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout.split()


def test_a_wish_is_one_death_as_by_kill_9(tmp_path: Path) -> None:
    (tmp_path / "storage.test.point").touch()
    assert run(tmp_path) == (-signal.SIGKILL, [])
    assert run(tmp_path) == (0, ["1", "2", "3"])


def test_a_number_waits_for_its_round(tmp_path: Path) -> None:
    (tmp_path / "storage.test.point").write_text("3")
    assert run(tmp_path) == (-signal.SIGKILL, ["1", "2"])


def test_nobody_dies_without_being_armed_or_at_another_point(tmp_path: Path) -> None:
    (tmp_path / "storage.test.point").touch()
    assert run("") == (0, ["1", "2", "3"])
    (tmp_path / "storage.test.point").rename(tmp_path / "storage.test.other")
    assert run(tmp_path) == (0, ["1", "2", "3"])
