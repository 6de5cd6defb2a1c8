"""What an operator does with commands: from an empty database to an installation in service, and the exchange at once."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from edms.cli import main
from edms.organisation.commands import PersonEntry
from edms.signatures.errors import CertificateNotInForce
from edms.signatures.model import KeyKind
from edms.signatures.registration import KeyRegistry, RegisterKey
from edms.tables import HISTORY
from signing.providers import Pkcs12Folder
from tests.builders import commune
from tests.edms.ground import HERE, ORGAN_IDS, PIN, THERE, Ground, Town, environ_of, opened_town, settings_for
from tests.postgres import FreshDatabase
from tests.provoked import provokes

PASSWORD = "một câu dễ nhớ khó đoán"
PERSON = f"{HERE}.an"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(
    ground: Ground,
    postgres_url: FreshDatabase,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """Runs a command over a migrated, empty database; gives exit status, standard output and standard error."""
    settings = settings_for(postgres_url(HISTORY), ground.pki, tmp_path, environment="test")
    for name, value in environ_of(settings).items():
        monkeypatch.setenv(name, value)
    file = commune(HERE, identifier=ORGAN_IDS[HERE])
    file = replace(file, people=(*file.people, PersonEntry("no", "Không Vị Trí")))
    (tmp_path / "to-chuc.json").write_bytes(msgspec.json.encode(file))
    (tmp_path / "mat-khau").write_text(PASSWORD + "\n")
    (tmp_path / "pin").write_text(PIN + "\n")
    monkeypatch.chdir(tmp_path)

    def command(*arguments: str) -> tuple[int, str, str]:
        status = main(arguments)
        told = capsys.readouterr()
        return status, told.out, told.err

    return command


CREATE = ("accounts", "create", "--person", PERSON, "--login", "Lan", "--password-file", "mat-khau")
ADD_LEADER = (
    "keys",
    "add",
    "--kind",
    "personal",
    "--person",
    PERSON,
    "--file",
    f"{HERE}-leader.p12",
    "--pin-file",
    "pin",
)
ADD_SEAL = ("keys", "add", "--kind", "seal", "--agency", ORGAN_IDS[HERE], "--pin-file", "pin", "--file")


def test_an_installation_is_put_into_service_with_commands_alone(run: Run, ground: Ground, tmp_path: Path) -> None:
    for arguments in (
        ("organisation", "import", "to-chuc.json"),
        CREATE,
        ADD_LEADER,
        (*ADD_SEAL, f"{HERE}-seal.p12"),
        ("keys", "add", "--kind", "system", "--agency", ORGAN_IDS[HERE], "--file", f"{HERE}-system.p12"),
    ):
        assert run(*arguments)[0] == 0, arguments
    (account,) = json.loads(run("accounts", "list", "--json")[1])
    assert (account["login"], account["positions"], account["locked"]) == (
        "lan",
        [f"Chủ tịch, Ủy ban nhân dân {HERE}"],
        False,
    )
    keys = json.loads(run("keys", "list", "--json")[1])
    assert {one["kind"] for one in keys} == {"personal", "seal", "system"}
    assert all(one["certificate_serial"] for one in keys)
    told = "".join(run(*one)[1] for one in (("accounts", "list"), ("keys", "list"), ("agencies",)))
    assert "Nguyễn Văn An" in told
    assert f"{HERE}-seal.p12" in told
    assert ORGAN_IDS[HERE] in told
    assert PASSWORD not in told
    assert PIN not in told
    (agency,) = json.loads(run("agencies", "--json")[1])
    assert (agency["primary"], agency["on_axis"]) == (ORGAN_IDS[HERE], True)


@provokes("accounts.login-taken")
def test_an_account_is_made_once(run: Run) -> None:
    run("organisation", "import", "to-chuc.json")
    assert run(*CREATE)[0] == 0
    status, _, told = run(*CREATE)
    assert (status, "đã được dùng" in told) == (1, True)


@provokes("accounts.unknown")
def test_locking_names_the_account(run: Run) -> None:
    run("organisation", "import", "to-chuc.json")
    run(*CREATE)
    assert run("accounts", "lock", "ai-do")[0] == 1
    assert run("accounts", "lock", "LAN")[0] == 0
    assert json.loads(run("accounts", "list", "--json")[1])[0]["locked"]


@provokes("organisation.person-unknown")
@pytest.mark.parametrize("person", ["ai-do", "no"])
def test_a_person_without_a_position_gets_no_account(run: Run, person: str) -> None:
    run("organisation", "import", "to-chuc.json")
    told = run("accounts", "create", "--person", person, "--login", "x", "--password-file", "mat-khau")
    assert told[0] == 1


@provokes("organisation.agency-unknown")
def test_an_agencys_key_needs_the_agency(run: Run) -> None:
    assert run(*ADD_SEAL, f"{HERE}-seal.p12")[0] == 1


@provokes("signatures.certificate-of-another")
def test_another_agencys_seal_is_not_registered(run: Run) -> None:
    run("organisation", "import", "to-chuc.json")
    assert run(*ADD_SEAL, f"{THERE}-seal.p12")[0] == 1
    assert json.loads(run("keys", "list", "--json")[1]) == []


@provokes("signing.wrong-pin")
def test_a_key_is_registered_by_who_knows_its_pin(run: Run, tmp_path: Path) -> None:
    run("organisation", "import", "to-chuc.json")
    (tmp_path / "pin").write_text("another")
    status, out, err = run(*ADD_LEADER)
    assert (status, "another" in out + err) == (1, False)


@provokes("signatures.key-unknown")
def test_a_key_ends_once(run: Run) -> None:
    run("organisation", "import", "to-chuc.json")
    key_id = run(*ADD_LEADER)[1].strip()
    assert run("keys", "end", key_id)[0] == 0
    assert run("keys", "end", key_id)[0] == 1
    assert json.loads(run("keys", "list", "--json")[1])[0]["valid_to"]


@provokes("command.file-unreadable")
@pytest.mark.parametrize(
    "arguments",
    [(*CREATE[:-1], "nowhere"), (*ADD_LEADER, "--image", "nowhere.png"), ("organisation", "import", "nowhere")],
)
def test_a_file_that_is_not_there_is_told(run: Run, arguments: tuple[str, ...]) -> None:
    run("organisation", "import", "to-chuc.json")
    assert run(*arguments)[0] == 1


@pytest.mark.parametrize("action", ["send", "fetch"])
def test_once_tells_that_the_hub_is_away_and_leaves_the_work_waiting(
    ground: Ground, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, action: str
) -> None:
    url = ground.copy("template_town", f"town_{next(ground.numbers)}")
    settings = settings_for(url, ground.pki, ground.folder, hub_url="http://127.0.0.1:1")
    for name, value in environ_of(settings).items():
        monkeypatch.setenv(name, value)
    with opened_town(settings, ground) as town:
        town.services.dispatches.dispatch(town.actor("binh"), town.letter_id)
    assert main([action, "--once", "--json", "--progress"]) == 3
    told = capsys.readouterr()
    assert "exchange." in told.err
    answer = json.loads(told.out)
    if action == "send":
        assert [(one["kind"], one["state"]) for one in answer] == [("document", "waiting")]
        assert "ConnectError" in answer[0]["reason"]
    else:
        assert answer["arrived"] == []
        assert answer["faults"]


@provokes("signatures.certificate-not-in-force")
def test_a_key_whose_certificate_has_expired_is_not_registered(town: Town) -> None:
    registry = KeyRegistry(town.services.database, Pkcs12Folder(town.pki.directory))
    town.clock.advance(timedelta(days=20_000))
    command = RegisterKey(KeyKind.SEAL, f"{HERE}-seal.p12", agency_id=town.offices[HERE].agency_id)
    with pytest.raises(CertificateNotInForce):
        registry.register(town.offices[HERE].system(), command, PIN)
