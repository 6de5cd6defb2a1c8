"""`make faults`: the storm, with its seed first and one JSON object last.

`SEED` repeats a run, `DOCUMENTS` makes it shorter (2000 unless set), `PARTS=production` plays it on RabbitMQ and an object store,
`KEEP=1` keeps the folder with all logs and ledgers.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import sys
import tempfile
import time
import traceback
from pathlib import Path

from demo.servers import ceph, rabbitmq
from storage.blobs.opening import bucket_at
from storage.blobs.s3 import S3Store
from tests.faults.judge import Verdict
from tests.faults.plan import FULL_DOCUMENTS, draw_plan, kills_needed
from tests.faults.storm import Storm, limited_disk
from tests.faults.world import BUCKET, World

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
    with contextlib.ExitStack() as parts:
        broker = store = None
        disk = False
        if os.environ.get("PARTS") == "production":
            if lacking := rabbitmq.missing() + ceph.missing():
                raise SystemExit(f"not installed: {', '.join(lacking)}")
            broker, store = rabbitmq.RabbitMq(), ceph.Ceph(folder / "ceph")
            parts.callback(broker.close)
            broker.start()
            parts.callback(store.stop)
            store.start()
            S3Store(bucket_at(store.url(BUCKET))).make_bucket()
        elif not (disk := parts.enter_context(limited_disk(folder / "blobs", DISK_BYTES))):
            say("NOT TESTED HERE: a full disk (this machine refuses mounts)")
        plan = draw_plan(seed, documents, broker=broker is not None, store=store is not None, disk=disk)
        with World(folder, broker=broker, store=store) as world:
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
