"""`make faults`: the storm, with its seed first and one JSON object last.

`SEED` repeats a run, `DOCUMENTS` makes it shorter (2000 unless set), `KEEP=1` keeps the folder with all logs and ledgers.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import sys
import tempfile
import time
import traceback
from pathlib import Path

from tests.faults.judge import Verdict
from tests.faults.plan import FULL_DOCUMENTS, draw_plan, kills_needed
from tests.faults.storm import Storm, limited_disk
from tests.faults.world import World

DISK_BYTES = 192 * 1024 * 1024
SHOWN = 20


def main() -> int:
    """Run once; return the exit status."""
    seed = int(os.environ.get("SEED") or secrets.randbelow(1_000_000))
    documents = int(os.environ.get("DOCUMENTS") or FULL_DOCUMENTS)
    say(f"SEED={seed} DOCUMENTS={documents}")
    folder = Path(tempfile.mkdtemp(prefix="lienthong-faults-"))
    kills, verdict = 0, Verdict(lost=["the run was not finished"])
    try:
        kills, verdict = run(folder, seed, documents)
    except Exception:  # noqa: BLE001 - whatever it was, the run has failed and its last line must say so
        traceback.print_exc()
        print_logs(folder)
    sums = {name: len(getattr(verdict, name)) for name in ("lost", "doubled", "changed")}
    good = not any(sums.values()) and kills >= kills_needed(documents)
    for name in sums:
        for finding in getattr(verdict, name)[:SHOWN]:
            say(f"{name}: {finding}")
    if kills < kills_needed(documents):
        say(f"only {kills} kills of {kills_needed(documents)}: the run proves too little")
    if os.environ.get("KEEP"):
        say(f"kept in {folder}")
    else:
        shutil.rmtree(folder, ignore_errors=True)
    say(json.dumps({"documents": documents, "kills": kills, **sums, "seed": seed}))
    return 0 if good else 1


def run(folder: Path, seed: int, documents: int) -> tuple[int, Verdict]:
    """Play the run of a seed in `folder`; return the number of kills and the verdict."""
    began = time.monotonic()
    with limited_disk(folder / "blobs", DISK_BYTES) as disk:
        if not disk:
            say("NOT TESTED HERE: a full disk (this machine refuses mounts)")
        plan = draw_plan(seed, documents, disk=disk)
        with World(folder) as world:
            world.start()
            say(f"hub ready after {time.monotonic() - began:.0f} s; {len(plan.faults)} faults planned")
            storm = Storm(world, plan, say)
            verdict = storm.run()
            say(f"{storm.told()}; storm {storm.seconds:.0f} s, in all {time.monotonic() - began:.0f} s")
    return storm.kills, verdict


def print_logs(folder: Path) -> None:
    """Print the ends of the logs, so that a failure elsewhere can be understood."""
    for log in sorted(folder.glob("*.log")):
        say(f"--- {log.name}\n{log.read_text(errors='replace')[-2000:]}")


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
