"""Hostile attachments: a bomb is refused by the judgement of `axis inspect`, without unpacking it, in little memory."""

from __future__ import annotations

import base64
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from axis.hub.tables import HISTORY
from axis.inspection import inspect_file
from tests.axis.hub.messages import document
from tests.axis.hub.world import World
from tests.messages.wire import PDF, zipped
from tests.postgres import FreshDatabase

ROOT = Path(__file__).parents[3]
MEBIBYTE = 1024 * 1024
MEMORY_BYTES = 64 * MEBIBYTE
BOMB = zipped("a.pdf", bytes(48 * MEBIBYTE))


def test_a_bomb_is_refused_and_kept_as_it_came(world: World) -> None:
    raw = document(contents=[BOMB])
    answer = world.post("province", raw).get_json(force=True)
    assert answer["code"] == "content.zip-bomb"
    listed = world.get("province", "/v1/quarantine").get_json()["quarantine"]
    assert [(entry["code"], entry["quarantine_id"]) for entry in listed] == [(answer["code"], answer["quarantine_id"])]
    with world.hub.blobs.open(listed[0]["sha256"]) as stored:
        assert stored.read() == raw


CONTENTS: dict[str, bytes] = {
    "bomb": BOMB,
    "bomb in a ZIP": zipped("b.zip", BOMB),
    "pdf": PDF,
    "zip": zipped("a.pdf", PDF),
    "climbing": zipped("../../a.pdf", PDF),
    "two entries of one name": zipped("a.pdf", PDF) + zipped("a.pdf", PDF),
    "cut": zipped("a.pdf", PDF)[:-30],
    "empty": b"",
}


@pytest.mark.parametrize("name", CONTENTS)
def test_hub_and_command_line_judge_alike(world: World, tmp_path: Path, name: str) -> None:
    raw = document(contents=[CONTENTS[name]])
    path = tmp_path / "message.edxml"
    path.write_bytes(raw)
    report = inspect_file(path)
    answer = world.post("province", raw)
    assert (answer.status_code == 201) == (report["outcome"] == "accepted"), report
    if answer.status_code == 201:
        state = world.get("province", answer.headers["Location"]).get_json()
        assert [one["rule"] for one in state["findings"]] == [one["rule"] for one in report["findings"]]
    else:
        assert answer.get_json(force=True)["code"] == report["findings"][0]["rule"]


SCRIPT = textwrap.dedent("""
    import sys
    from pathlib import Path
    from tests.axis.hub.messages import document
    from tests.axis.hub.world import World, bearer, settings_for

    def peak_bytes():
        line = next(one for one in open("/proc/self/status") if one.startswith("VmHWM"))
        return int(line.split()[1]) * 1024

    world = World(settings_for(sys.argv[1], Path(sys.argv[2])))
    world.post("province", document(document_id="nhỏ", contents=[b"%PDF-1.4"]))
    before = peak_bytes()
    with open(sys.argv[3], "rb") as source:
        headers = bearer("province") | {"Content-Type": "application/xml"}
        environ = {"wsgi.input_terminated": True}
        answer = world.client.post("/v1/messages", input_stream=source, headers=headers, environ_overrides=environ)
    assert answer.get_json(force=True)["code"] == "content.zip-bomb", answer.text
    print(peak_bytes() - before)
""")


def test_a_bomb_of_a_gigabyte_costs_little_memory(postgres_url: FreshDatabase, tmp_path: Path) -> None:
    inner = tmp_path / "zeros"
    with inner.open("wb") as target:
        target.truncate(1024 * MEBIBYTE)
    zipping = "import sys, zipfile; zipfile.ZipFile(sys.argv[2], 'w', 8).write(sys.argv[1], 'a.pdf')"
    subprocess.run([sys.executable, "-c", zipping, str(inner), str(tmp_path / "bomb.zip")], check=True)
    head, tail = document(contents=[b"MARK"]).split(base64.b64encode(b"MARK"))
    large = tmp_path / "large.xml"
    large.write_bytes(head + base64.b64encode((tmp_path / "bomb.zip").read_bytes()) + tail)
    command = [sys.executable, "-c", SCRIPT, postgres_url(HISTORY), str(tmp_path), str(large)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < MEMORY_BYTES
