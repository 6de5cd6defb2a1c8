"""`axis inspect` as people and scripts run it: reports, exit status, what it loads and how much memory it takes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest

from axis.cli import main
from axis.inspection import inspect_file, text_of_report
from tests.messages.compose import DOCUMENT_ID, MESSAGES, OLD_ID, document
from tests.messages.practice import PRACTICE
from tests.messages.wire import PDF
from tests.provoked import provokes

CHECKOUT = Path(__file__).parents[2]
KEYS = ["file", "outcome", "kind", "business", "status_code", "document_id", "sender", "recipients"]
KEYS += ["responds_to", "attachments", "findings"]


def saved(folder: Path, name: str, raw: bytes) -> Path:
    path = folder / name
    path.write_bytes(raw)
    return path


def reports(capsys: pytest.CaptureFixture[str], *paths: Path) -> tuple[int, list[dict[str, Any]]]:
    status = main(["inspect", "--json", *map(str, paths)])
    return status, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_each_file_is_one_object_on_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = [saved(tmp_path, f"{name}.edxml", raw) for name, raw in {**MESSAGES, **PRACTICE}.items()]
    status, found = reports(capsys, *paths)
    assert status == 1
    assert [report["file"] for report in found] == [str(path) for path in paths]
    for report in found:
        assert list(report)[: len(KEYS)] == KEYS
        assert report["outcome"] in {"accepted", "refused"}
        assert all(one["message"] and one["message_en"] and one["location"] for one in report["findings"])


def test_a_document_is_told_in_full(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    raw = MESSAGES["update"]
    status, (report,) = reports(capsys, saved(tmp_path, "a.edxml", raw))
    assert status == 0
    assert (report["outcome"], report["kind"], report["business"], report["status_code"]) == (
        "accepted",
        "document",
        "update",
        None,
    )
    assert (report["document_id"], report["sender"]) == (DOCUMENT_ID, "000.00.00.G99")
    assert report["recipients"] == ["H99", "H99.107"]
    assert report["responds_to"] == [
        {
            "organ_id": None,
            "document_id": OLD_ID,
            "code": None,
            "promulgation_date": None,
            "relation": "updates",
            "named_in": ["Bussiness/DocumentId"],
        }
    ]
    (attachment,) = report["attachments"]
    assert (attachment["name"], attachment["declared_type"], attachment["detected_type"]) == (
        "7816.signed.pdf",
        "application/pdf",
        "application/pdf",
    )
    assert attachment["size_bytes"] == len(PDF)
    assert "Nơi nhận H99: bỏ. Nơi nhận H98: thêm." in report["meaning"]["vi"]
    assert "The document's information changes." in report["meaning"]["en"]
    assert report["signature"] == {"state": "unverifiable", "subject": "CN=user00"}
    assert report["size_bytes"] == len(raw)
    missing = next(one for one in report["findings"] if one["rule"] == "edxml.organ-name-missing")
    assert missing["line"] == 1 + raw[: raw.index(b"<edXML:To><edXML:OrganId>H99.107")].count(b"\n")


def test_a_replacement_lists_who_had_the_old_document(tmp_path: Path) -> None:
    report = inspect_file(saved(tmp_path, "a.edxml", MESSAGES["replace"]))
    first, second = report["responds_to"]
    assert (first["relation"], first["document_id"], first["received_by"]) == ("replaces", OLD_ID, ["H99", "H98"])
    assert (second["document_id"], "received_by" in second) == ("b7f9-uuid", False)
    assert f"Thay thế văn bản {OLD_ID}, đã gửi đến H99, H98." in report["meaning"]["vi"]


def test_a_status_is_told_with_its_other_party(tmp_path: Path) -> None:
    report = inspect_file(saved(tmp_path, "a.edxml", MESSAGES["status_13"]))
    assert (report["kind"], report["business"], report["status_code"]) == ("status", None, "13")
    assert (report["sender"], report["recipients"]) == ("000.00.00.G99", ["H99"])
    assert report["document_id"] == DOCUMENT_ID
    (target,) = report["responds_to"]
    assert (target["organ_id"], target["document_id"], target["code"], target["promulgation_date"]) == (
        "H99",
        DOCUMENT_ID,
        "7816/VPBTN-TTĐT",
        "2026-09-30",
    )
    assert report["attachments"] == []


def test_signatures_are_told_by_their_shape(tmp_path: Path) -> None:
    states = {
        name: inspect_file(saved(tmp_path, name, PRACTICE[name]))["signature"]["state"]
        for name in ("signature_empty", "signature_of_right_shape", "reply")
    }
    assert states == {
        "signature_empty": "absent",
        "signature_of_right_shape": "unchecked",
        "reply": "unverifiable",
    }


def test_a_fault_of_the_bytes_names_line_column_and_rule(tmp_path: Path) -> None:
    report = inspect_file(saved(tmp_path, "a.edxml", PRACTICE["refused_nested_from"]))
    finding = report["findings"][0]
    assert (finding["rule"], finding["line"], finding["column"]) == ("xml.malformed", 41, 29)
    assert finding["xml_rule"] == "ERR_TAG_NAME_MISMATCH"
    assert "From line 6 and MessageHeader" in finding["detail"]
    assert finding["detail"] in finding["message"]
    assert (report["sender"], report["recipients"]) == ("000.00.00.G99", ["H99", "H99.107"])
    assert report["meaning"] is None


@provokes("inspect.unreadable", "inspect.not-a-file")
def test_what_cannot_be_read_is_a_report_and_the_next_file_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    good = saved(tmp_path, "good.edxml", document())
    odd = tmp_path / os.fsdecode(b"missing\xff")
    status, found = reports(capsys, tmp_path / "none", tmp_path, pipe, Path("/dev/zero"), odd, good)
    assert status == 1
    rules = [report["findings"][0]["rule"] for report in found]
    assert rules[:5] == ["inspect.unreadable", *["inspect.not-a-file"] * 3, "inspect.unreadable"]
    assert [report["outcome"] for report in found] == ["refused"] * 5 + ["accepted"]
    assert found[4]["file"].endswith("missing\N{REPLACEMENT CHARACTER}")


def test_a_summary_for_people_speaks_both_languages_and_shows_no_control_characters(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    raw = document(subject="V/v &#x9b;31m thử&#10;nghiệm")
    status = main(["inspect", str(saved(tmp_path, "a.edxml", raw)), str(tmp_path)])
    shown = capsys.readouterr().out
    assert status == 1
    assert "CHẤP NHẬN / accepted" in shown
    assert "TỪ CHỐI / refused" in shown
    assert "\x9b" not in shown
    assert "thử\N{REPLACEMENT CHARACTER}nghiệm" in shown


@pytest.mark.parametrize("name", [*MESSAGES, *PRACTICE])
def test_every_report_can_be_shown(tmp_path: Path, name: str) -> None:
    report = inspect_file(saved(tmp_path, "a.edxml", {**MESSAGES, **PRACTICE}[name]))
    text = text_of_report(report)
    assert all(finding["rule"] in text for finding in report["findings"])


@pytest.mark.parametrize("arguments", [["inspect"], ["inspect", "--yaml", "a"]])
def test_wrong_usage_is_told_apart(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2


def test_it_loads_no_server_and_needs_no_setting(tmp_path: Path) -> None:
    program = """
        import sys
        from axis.cli import main
        status = main(["inspect", "--json", sys.argv[1]])
        heavy = "sqlalchemy celery kombu pyhanko signxml flask cryptography minio alembic httpx socket".split()
        print(status, [name for name in heavy if name in sys.modules])
    """
    run = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program), str(saved(tmp_path, "a.edxml", document()))],
        capture_output=True,
        text=True,
        check=True,
        cwd=CHECKOUT,
        env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
    )
    assert run.stdout.splitlines()[-1] == "0 []"
    assert json.loads(run.stdout.splitlines()[0])["meaning"]["vi"].startswith("Văn bản mới")


@pytest.mark.parametrize("shape", ["encoded", "zip", "loose"])
def test_memory_and_temporary_files_do_not_stay(tmp_path: Path, shape: str) -> None:
    """Peak memory for an attachment of 50 MB, against that of a small message, in a process of its own."""
    program = """
        import base64, os, resource, sys, tempfile, zipfile
        from pathlib import Path
        from axis.inspection import inspect_file
        from tests.messages.compose import document, PDF_LINE
        from tests.messages.practice import carrying
        folder, shape = Path(sys.argv[1]), sys.argv[2]
        os.mkdir(folder / "spool")
        tempfile.tempdir = str(folder / "spool")
        source, target = folder / "content", folder / "a.edxml"
        with source.open("wb") as out:
            for _ in range(50):
                out.write(os.urandom(1000000))
        if shape == "zip":
            with zipfile.ZipFile(folder / "zipped", "w") as archive:
                archive.write(source, "a.pdf")
            source = folder / "zipped"
        raw = carrying("@@")
        if shape == "loose":
            raw = document(attachments="<Attachment><ContentId>209</ContentId>@@</Attachment>")
        head, tail = raw.split(b"@@")
        with target.open("wb") as out, source.open("rb") as content:
            out.write(head)
            while block := content.read(57 * 1024):
                out.write(base64.b64encode(block))
            out.write(tail)
        small = folder / "small.edxml"
        small.write_bytes(document())
        inspect_file(small)
        idle = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        report = inspect_file(target)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(report["outcome"], report["attachments"][0]["size_bytes"], len(os.listdir(folder / "spool")), peak - idle)
    """
    run = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program), str(tmp_path), shape],
        capture_output=True,
        text=True,
        check=True,
        cwd=CHECKOUT,
    )
    outcome, size, left, grown_kib = run.stdout.split()
    assert (outcome, int(size), int(left)) == ("accepted", 50_000_000, 0)
    assert int(grown_kib) < 64 * 1024
