"""The directory file: idempotent, shown before it is done, refused as a whole, never deleting."""

from __future__ import annotations

import copy
import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from axis.hub.directory.file import DirectoryFile, read_directory_file
from axis.hub.directory.importing import import_directory, overlapping_periods
from axis.hub.directory.model import AgencyCertificate, AgencyIdentifier
from axis.hub.directory.queries import resolve
from axis.hub.errors import DirectoryRefused
from tests.axis.hub.certificates import self_signed
from tests.axis.hub.world import DIRECTORY, World
from tests.provoked import provokes

DAY = date(2026, 11, 20)


def changes(world: World, content: dict[str, Any], *, dry_run: bool = False) -> list[str]:
    file = msgspec.convert(content, DirectoryFile)
    return [str(change) for change in import_directory(world.hub.database, file, dry_run=dry_run)]


def test_importing_again_changes_nothing(world: World) -> None:
    assert changes(world, DIRECTORY) == []


def test_a_dry_run_says_what_would_change_and_does_not_do_it(world: World) -> None:
    changed = copy.deepcopy(DIRECTORY)
    changed["agencies"][2]["name"] = "Ủy ban nhân dân phường Bến Lau"
    changed["agencies"][2]["identifiers"].append({"scheme": "local", "value": "BL", "from": "2026-12-01"})
    changed["accounts"][0]["accept_unverifiable"] = True
    said = changes(world, changed, dry_run=True)
    assert len(said) == 3
    assert any("phường Bến Lau" in line for line in said)
    assert changes(world, changed) == said
    assert changes(world, changed) == []


def test_what_the_file_does_not_mention_stays(world: World) -> None:
    assert changes(world, {"version": 1}) == []
    assert world.inbox("department") == []  # the account still signs in


def test_a_revealed_token_is_replaced_without_showing_it(world: World) -> None:
    account = {"name": "province", "token_sha256": "a" * 64}
    assert changes(world, {"version": 1, "accounts": [account]}) == ["set account province: changed"]
    assert world.get("province", "/v1/agencies").status_code == 401


def test_a_code_moves_to_the_successor_when_agencies_merge(world: World) -> None:
    merger = {
        "version": 1,
        "agencies": [
            {
                "name": "Ủy ban nhân dân xã Bến Lau",
                "identifiers": [
                    {"scheme": "QD20", "value": "H99.101", "from": "2025-07-01", "to": "2026-11-19", "primary": True}
                ],
            },
            {
                "name": "Ủy ban nhân dân xã Bến Mới",
                "identifiers": [
                    {"scheme": "QD20", "value": "H99.205", "from": "2026-11-20", "primary": True},
                    {"scheme": "QD20", "value": "H99.101", "from": "2026-11-20"},
                ],
            },
        ],
    }
    assert changes(world, merger)
    assert changes(world, merger) == []
    with world.hub.database.reading() as session:
        before = resolve(session, ["H99.101"], DAY - timedelta(days=1))
        after = resolve(session, ["H99.101", "H99.205"], DAY)
    assert before["H99.101"] != after["H99.101"] == after["H99.205"]


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "one code, two agencies": (
        {"agencies": [{"name": "Khác", "identifiers": [{"scheme": "QD20", "value": "H99", "from": "2025-01-01"}]}]},
        "H99: valid twice from 2025-01-01",
    ),
    "two agencies in one entry": (
        {
            "agencies": [
                {
                    "name": "Gộp",
                    "identifiers": [
                        {"scheme": "QD20", "value": "H99", "from": "2020-09-15"},
                        {"scheme": "QD20", "value": "H99.01", "from": "2020-09-15"},
                    ],
                }
            ]
        },
        "belong to 2 agencies",
    ),
    "two primaries": (
        {
            "agencies": [
                {
                    "name": "Hai mã",
                    "identifiers": [
                        {"scheme": "QD20", "value": "H98", "from": "2020-01-01", "primary": True},
                        {"scheme": "local", "value": "L98", "from": "2021-01-01", "primary": True},
                    ],
                }
            ]
        },
        "both primary",
    ),
    "mandate for nobody": (
        {
            "accounts": [
                {"name": "x", "token_sha256": "0" * 64, "mandates": [{"agency": "X1", "from": "2026-01-01"}]},
            ]
        },
        "unknown agency X1",
    ),
    "no certificate": (
        {
            "agencies": [
                {
                    "name": "Chứng thư hỏng",
                    "identifiers": [{"scheme": "QD20", "value": "H97", "from": "2020-01-01"}],
                    "certificates": [{"pem": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"}],
                }
            ]
        },
        "certificate cannot be read",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_contradiction_is_named_and_nothing_is_done(world: World, name: str) -> None:
    content, reason = WRONG[name]
    with pytest.raises(DirectoryRefused, match=reason):
        changes(world, {"version": 1} | content)
    assert changes(world, DIRECTORY) == []


def test_certificates_are_read_from_files_beside_and_added_once(world: World, tmp_path: Path) -> None:
    (tmp_path / "h99.pem").write_bytes(self_signed("Sông Vân"))
    agency = DIRECTORY["agencies"][0] | {"certificates": [{"file": "h99.pem"}]}
    path = tmp_path / "directory.json"
    path.write_text(json.dumps({"version": 1, "agencies": [agency]}), encoding="utf-8")
    for _ in range(2):
        import_directory(world.hub.database, read_directory_file(path))
    with world.hub.database.reading() as session:
        certificate = session.scalars(select(AgencyCertificate)).one()
        assert len(certificate.sha256) == 64


OUTSIDE = json.dumps(
    {
        "version": 1,
        "agencies": [
            {
                "name": "x",
                "identifiers": [{"scheme": "QD20", "value": "H1", "from": "2020-01-01"}],
                "certificates": [{"file": "../outside.pem"}],
            }
        ],
    }
)


@provokes("directory.refused")
@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('{"version": 2}', "version"),
        ('{"version": 1, "agencys": []}', "agencys"),
        ('{"version": 1, "agencies": [{"name": "x", "identifiers": []}]}', "identifiers"),
        ('{"version": 1, "accounts": [{"name": "x", "token_sha256": "short"}]}', "token_sha256"),
        ("not json", "JSON"),
        (OUTSIDE, "folder"),
    ],
)
def test_a_wrong_file_names_what_is_wrong(tmp_path: Path, content: str, reason: str) -> None:
    path = tmp_path / "directory.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DirectoryRefused, match=reason):
        read_directory_file(path)


PERIODS = st.lists(
    st.tuples(st.integers(0, 30), st.one_of(st.none(), st.integers(0, 10))),
    min_size=0,
    max_size=6,
    unique_by=lambda p: p[0],
)


@given(PERIODS)
def test_periods_overlap_exactly_when_a_day_lies_in_two(lengths: list[tuple[int, int | None]]) -> None:
    rows = [
        AgencyIdentifier(
            value="H99",
            valid_from=DAY + timedelta(days=start),
            valid_to=None if length is None else DAY + timedelta(days=start + length),
        )
        for start, length in lengths
    ]
    days = [DAY + timedelta(days=number) for number in range(50)]
    valid = [[row.valid_from <= day and (row.valid_to is None or row.valid_to >= day) for row in rows] for day in days]
    doubly = any(sum(on_day) > 1 for on_day in valid)
    assert bool(list(overlapping_periods(rows))) == doubly
