"""A message of 50 MB of attachments passes through in flat memory, in and out."""

from __future__ import annotations

import base64
import subprocess
import sys
import textwrap
from pathlib import Path

from axis.hub.tables import HISTORY
from tests.axis.hub.messages import document
from tests.postgres import FreshDatabase

ROOT = Path(__file__).parents[3]
ATTACHMENT_BYTES = 52_428_800
GROWTH_LIMIT_BYTES = 12 * 1024 * 1024
"""The message is 70 MB; chunks, parser buffers and the allocator's slack are what remains."""

SCRIPT = textwrap.dedent("""
    import sys
    from pathlib import Path
    from tests.axis.hub.messages import document
    from tests.axis.hub.world import World, bearer, settings_for

    def peak_bytes():
        line = next(one for one in open("/proc/self/status") if one.startswith("VmHWM"))
        return int(line.split()[1]) * 1024

    def send(source):
        headers = bearer("province") | {"Content-Type": "application/xml"}
        environ = {"wsgi.input_terminated": True}
        answer = world.client.post("/v1/messages", input_stream=source, headers=headers, environ_overrides=environ)
        assert answer.status_code == 201, answer.text

    def fetch():
        world.work()
        for item in world.inbox("department"):
            path = f"/v1/deliveries/{item['delivery_id']}/message"
            answer = world.client.get(path, headers=bearer("department"), buffered=False)
            assert sum(len(chunk) for chunk in answer.response) == item["size_bytes"]
            answer.close()

    world = World(settings_for(sys.argv[1], Path(sys.argv[2])))
    small = Path(sys.argv[2]) / "small.xml"
    small.write_bytes(document(document_id="nhỏ", contents=[b"%PDF-1.4"]))
    for path in (small, Path(sys.argv[3])):
        before = peak_bytes()
        with path.open("rb") as source:
            send(source)
        fetch()
    print(peak_bytes() - before)
""")


def test_memory_does_not_grow_with_the_message(postgres_url: FreshDatabase, tmp_path: Path) -> None:
    large = tmp_path / "large.xml"
    head, tail = document(contents=[b"MARK"]).split(base64.b64encode(b"MARK"))
    line = base64.b64encode(bytes(57)) + b"\n"
    with large.open("wb") as target:
        target.write(head)
        for _ in range(ATTACHMENT_BYTES // 57):
            target.write(line)
        target.write(tail)
    command = [sys.executable, "-c", SCRIPT, postgres_url(HISTORY), str(tmp_path), str(large)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < GROWTH_LIMIT_BYTES
