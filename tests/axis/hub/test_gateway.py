"""Every real message of the national axis through a real hub; where they are not at hand, our own with the same oddities."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from axis.bootstrap import TrustedVerifier
from axis.hub.tables import HISTORY
from demo import gateway
from signing.trust import Trust
from tests.axis.hub.certificates import self_signed
from tests.axis.hub.world import StubVerifier, World, settings_for
from tests.postgres import FreshDatabase

SETS: dict[str, Callable[[], list[Path]]] = {"published": gateway.published, "own": gateway.own}
ACCOUNT = gateway.account("0" * 64)["name"]


@pytest.fixture(params=SETS)
def files(request: pytest.FixtureRequest) -> list[Path]:
    found = SETS[request.param]()
    if not found:
        pytest.skip("published messages are not on this machine")
    return found


@pytest.fixture
def open_world(postgres_url: FreshDatabase, tmp_path: Path) -> Any:
    opened: list[World] = []

    def make() -> World:
        trust = Trust.from_pem("test", roots=self_signed("Gốc thử"))
        settings = settings_for(postgres_url(HISTORY), tmp_path / str(len(opened)))
        world = World(settings, verifier=cast("StubVerifier", TrustedVerifier(trust)))
        token = hashlib.sha256(f"token-{ACCOUNT}".encode()).hexdigest()
        # The world's own directory has an agency with a code of our messages; the gateway acts for it as well.
        known = {"H99"}
        fresh = [one for one in gateway.agencies() if one["identifiers"][0]["value"] not in known]
        account = gateway.account(token) | {
            "mandates": [dict(one, **{"from": "2020-09-15"}) for one in gateway.account(token)["mandates"]]
        }
        world.import_directory({"version": 1, "agencies": fresh, "accounts": [account]})
        opened.append(world)
        return world

    yield make
    for world in opened:
        world.hub.close()


def state_of(world: World, message_id: str) -> dict[str, Any]:
    answer = world.get(ACCOUNT, f"/v1/messages/{message_id}")
    assert answer.json is not None, answer.text
    return dict(answer.json)


def send_all(world: World, files: list[Path]) -> tuple[dict[Path, Any], dict[Path, Any]]:
    """Post each file; return the answers of those taken and of those refused."""
    answers = {file: world.post(ACCOUNT, file.read_bytes()) for file in files}
    taken = {file: answer for file, answer in answers.items() if answer.status_code == 201}
    return taken, {file: answer for file, answer in answers.items() if file not in taken}


def test_well_formed_messages_are_taken_told_and_kept_byte_for_byte(
    files: list[Path], open_world: Callable[[], World]
) -> None:
    world = open_world()
    taken, refused = send_all(world, files)
    assert (len(files), len(taken), len(refused)) == (16, 15, 1)
    world.work()
    states = {file: state_of(world, answer.headers["Lt-Message-Id"]) for file, answer in taken.items()}
    for file, state in states.items():
        assert state["signature_verdict"] == "indeterminate", file
        assert state["meaning"]["vi"], file
        assert state["meaning"]["en"], file
        assert state["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
        content = world.get(ACCOUNT, f"/v1/messages/{state['message_id']}/content")
        assert content.data == file.read_bytes()
    waiting = world.inbox(ACCOUNT, "?limit=200")
    assert all(item["meaning"]["vi"] for item in waiting)
    expected = {(state["sha256"], code) for state in states.values() for code in state["recipients"]}
    fetched = set()
    for item in waiting:
        answer = world.get(ACCOUNT, f"/v1/deliveries/{item['delivery_id']}/message")
        fetched.add((hashlib.sha256(answer.data).hexdigest(), item["recipient_organ_id"]))
    assert fetched == expected


def test_the_malformed_one_is_answered_with_its_place_and_kept(
    files: list[Path], open_world: Callable[[], World]
) -> None:
    world = open_world()
    _, refused = send_all(world, files)
    ((file, answer),) = refused.items()
    problem = answer.get_json(force=True)
    assert (answer.status_code, problem["code"], problem["rule"]) == (400, "xml.malformed", "ERR_TAG_NAME_MISMATCH")
    assert problem["line"] > 1
    assert problem["column"] >= 1
    listed = world.get(ACCOUNT, "/v1/quarantine").get_json()["quarantine"]
    ((entry),) = listed
    assert (entry["line"], entry["column"]) == (problem["line"], problem["column"])
    with world.hub.blobs.open(entry["sha256"]) as stored:
        assert stored.read() == file.read_bytes()


def test_handed_over_again_each_gets_the_very_first_receipt(files: list[Path], open_world: Callable[[], World]) -> None:
    world = open_world()
    taken, _ = send_all(world, files)
    world.work()
    before = {file: state_of(world, answer.headers["Lt-Message-Id"]) for file, answer in taken.items()}
    for file in reversed(taken):
        again = world.post(ACCOUNT, file.read_bytes())
        assert (again.status_code, again.data) == (200, taken[file].data)
    world.work()
    assert before == {file: state_of(world, answer.headers["Lt-Message-Id"]) for file, answer in taken.items()}


def final_state(world: World, files: list[Path]) -> Any:
    """What does not depend on the order: who has what, what speaks of what, what was reached where, what was refused."""
    names = {hashlib.sha256(file.read_bytes()).hexdigest(): file.name for file in files}
    deliveries: dict[str, set[str]] = {}
    identities: dict[str, str] = {}
    for item in world.inbox(ACCOUNT, "?limit=200"):
        deliveries.setdefault(names[item["sha256"]], set()).add(item["recipient_organ_id"])
        identities[item["message_id"]] = names[item["sha256"]]
    reached = {}
    links: dict[str, Any] = {}
    said: dict[str, list[str]] = {}
    for message_id, name in identities.items():
        state = state_of(world, message_id)
        if state["kind"] == "status":
            links[name] = identities.get(state["target"]["message_id"] or "")
            said.setdefault(state["status_code"], []).append(state["effect"])
            continue
        links[name] = [(one["document_id"], identities.get(one["message_id"] or "")) for one in state["targets"]]
        for delivery in state["deliveries"]:
            business = delivery["business_state"]
            heard = sorted(identities[event["message_id"]] for event in business["events"])
            reached[name, delivery["recipient_organ_id"]] = (business["handling"], business["request"], heard)
    refused = [entry["code"] for entry in world.get(ACCOUNT, "/v1/quarantine").get_json()["quarantine"]]
    assert "unresolved" not in {effect for effects in said.values() for effect in effects}
    assert "repeated" in said["01"]
    return deliveries, reached, links, refused


@pytest.mark.parametrize("seed", [20261121, 7, 77])
def test_any_order_gives_the_same_final_state(files: list[Path], open_world: Callable[[], World], seed: int) -> None:
    ordered, shuffled = open_world(), open_world()
    send_all(ordered, files)
    ordered.work()
    order = random.Random(seed)
    mixed = list(files)
    order.shuffle(mixed)
    for file in mixed:
        send_all(shuffled, [file])
        if order.random() < 0.4:
            shuffled.work()
    shuffled.work()
    assert final_state(shuffled, files) == final_state(ordered, files), f"seed {seed}: {[one.name for one in mixed]}"


def test_the_five_under_one_id_are_five_and_the_ten_statuses_find_the_first(
    files: list[Path], open_world: Callable[[], World]
) -> None:
    world = open_world()
    taken, _ = send_all(world, sorted(files, reverse=True))  # statuses first, documents last
    world.work()
    states = [state_of(world, answer.headers["Lt-Message-Id"]) for answer in taken.values()]
    documents = [one for one in states if one["kind"] == "document"]
    statuses = [one for one in states if one["kind"] == "status"]
    assert len({one["document_id"] for one in documents}) == 1
    assert len({one["sender_organ_id"] for one in documents}) == 2
    assert sorted(one["business"] for one in documents) == ["new", "new", "replace", "revoke", "update"]
    assert len(statuses) == 10
    (spoken_of,) = {one["target"]["message_id"] for one in statuses}
    original = next(one for one in documents if one["message_id"] == spoken_of)
    assert original["business"] == "new"
    (told,) = [one["business_state"] for one in original["deliveries"] if one["business_state"]["events"]]
    assert (told["handling"], told["request"]) == ("02", "refused")
    assert len(told["events"]) == 10
    assert {target["state"] for one in documents for target in one["targets"]} == {"unresolved"}
