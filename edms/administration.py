"""The commands with which an operator puts an EDMS into service and tends it: agencies, accounts, keys, send, fetch.

Passwords and PINs come from a prompt or a file. Whoever may run these commands with the service's settings is the
administrator: they act as the system, and the journal says so.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from axis.http.commands import DONE, REFUSED, UNAVAILABLE, print_json, read_secret
from axis.http.errors import FileUnreadable
from edms.config import Settings, hub_tokens
from edms.organisation.actor import Actor
from edms.organisation.commands import person_id
from edms.organisation.errors import AgencyUnknown, PersonUnknown
from edms.organisation.model import Agency, AgencyIdentifier, Appointment, Position, Unit
from storage.unit_of_work import Database

# What is heavy (argon2, pyHanko, the whole composition root) is imported by the command that needs it.


def agencies(options: argparse.Namespace, settings: Settings) -> int:
    """List the agencies with their identifiers in force, and whether each has a token for the hub."""
    tokens = hub_tokens(settings)
    with closing(_Opened(settings)) as opened, opened.database.reading() as session:
        now = opened.database.clock.now()
        found: list[dict[str, Any]] = []
        for agency in session.scalars(select(Agency).where(Agency.in_force(now)).order_by(Agency.name)):
            held = sorted(one.value for one in agency.identifiers if one.holds_at(now))
            on_axis = any(one.value in tokens for one in agency.identifiers)
            primary = agency.primary_identifier(now)
            found.append({"name": agency.name, "primary": primary, "identifiers": held, "on_axis": on_axis})
    if options.json:
        print_json(found)
        return DONE
    for one in found:
        mark = "trên trục / on the axis" if one["on_axis"] else "không có mã truy cập trục / no token"
        print(f"{', '.join(one['identifiers']) or '–':<40} {one['name']} ({mark})")
    return DONE


def accounts(options: argparse.Namespace, settings: Settings) -> int:
    """Create, list and lock accounts."""
    from edms.accounts.commands import NewAccount  # noqa: PLC0415
    from edms.accounts.errors import AccountUnknown  # noqa: PLC0415
    from edms.accounts.passwords import Passwords  # noqa: PLC0415
    from edms.accounts.queries import account_called, all_accounts  # noqa: PLC0415
    from edms.accounts.service import AccountService, normal_login  # noqa: PLC0415

    with closing(_Opened(settings)) as opened:
        database = opened.database
        if options.action == "list":
            with database.reading() as session:
                rows = [asdict(one) for one in all_accounts(session, database.clock.now())]
            return _print_rows(rows, ("login", "person_name", "positions", "locked"), as_json=options.json)
        service = AccountService(database, Passwords())
        with database.reading() as session:
            if options.action == "lock":
                account = account_called(session, normal_login(options.login))
                actor = _any_actor(session)
            else:
                actor = _actor_of_person(session, person_id(options.person))
        if options.action == "lock":
            if account is None:
                raise AccountUnknown(options.login)
            service.lock_account(actor, account)
            return DONE
        password = read_secret("Mật khẩu / password", options.password_file)
        print(service.create_account(actor, NewAccount(person_id(options.person), options.login, password)))
        return DONE


def keys(options: argparse.Namespace, settings: Settings) -> int:
    """Register, list and end signing keys."""
    from edms.signatures.model import KeyKind  # noqa: PLC0415
    from edms.signatures.registration import KeyRegistry, RegisterKey, all_keys  # noqa: PLC0415
    from signing.providers import Pkcs12Folder  # noqa: PLC0415

    with closing(_Opened(settings)) as opened:
        database = opened.database
        registry = KeyRegistry(database, Pkcs12Folder(settings.key_dir))
        if options.action == "list":
            with database.reading() as session:
                rows = [asdict(one) for one in all_keys(session)]
            shown = ("id", "kind", "owner", "reference", "certificate_serial", "valid_to")
            return _print_rows(rows, shown, as_json=options.json)
        if options.action == "end":
            with database.reading() as session:
                actor = _any_actor(session)
            registry.end(actor, options.id)
            return DONE
        kind = KeyKind(options.kind)
        if (kind is KeyKind.PERSONAL) != (options.person is not None):
            print("personal: --person; seal, system: --agency", file=sys.stderr)
            raise SystemExit(2)
        person = person_id(options.person) if options.person else None
        with database.reading() as session:
            actor = _actor_of_person(session, person) if person else _actor_of_agency(session, options.agency)
        if options.image and not (settings.key_dir / Path(options.image).name).is_file():
            raise FileUnreadable(str(settings.key_dir / Path(options.image).name))
        system = kind is KeyKind.SYSTEM
        pin = settings.system_key_password.reveal() if system else read_secret("PIN", options.pin_file)
        agency = None if person else actor.agency_id
        print(registry.register(actor, RegisterKey(kind, options.file, options.image, person, agency), pin))
        return DONE


def send(options: argparse.Namespace, settings: Settings) -> int:
    """Send what waits, again and again until nothing does, or `--once`."""
    from edms.exchange.now import send_now  # noqa: PLC0415

    with closing(_Wired(options, settings)) as wired:
        services, relay, progress = wired.services, wired.relay, wired.progress
        told = send_now(services.database, relay, progress.step)
        while not options.once and any(one.state == "waiting" for one in told):
            time.sleep(settings.poll_seconds)
            again = {(one.kind, one.code): one for one in send_now(services.database, relay, progress.step)}
            told = [again.get((one.kind, one.code), one) if one.state == "waiting" else one for one in told]
    if options.json:
        print_json([asdict(one) for one in told])
    for one in [] if options.json else told:
        print(f"{_STATES[one.state]} {one.code}" + (f"\n    {one.reason}" if one.reason else ""))
    if not told and not options.json:
        print("Không có gì đang chờ gửi / nothing waits to be sent")
    states = {one.state for one in told}
    return REFUSED if "refused" in states else UNAVAILABLE if "waiting" in states else DONE


def fetch(options: argparse.Namespace, settings: Settings) -> int:
    """Fetch what has arrived, again and again until nothing comes, or `--once`."""
    from edms.bootstrap import ask_for_arrivals  # noqa: PLC0415
    from edms.exchange.now import fetch_now  # noqa: PLC0415

    with closing(_Wired(options, settings)) as wired:
        services, relay, progress = wired.services, wired.relay, wired.progress
        ask_for_arrivals(services, relay)
        arrived, faults = fetch_now(services.database, relay, progress.step)
        while not options.once and not faults:
            more, faults = fetch_now(services.database, relay, progress.step)
            arrived += more
            if not more:
                break
    if options.json:
        print_json({"arrived": [asdict(one) for one in arrived], "faults": faults})
    else:
        for one in arrived:
            told = (
                f"cách ly / quarantined: {one.quarantine_code} {one.quarantine_detail}" if one.quarantine_code else ""
            )
            print(f"{one.sha256[:12]} {one.kind} → {one.agency} {told}".rstrip())
        if not arrived:
            print("Không có văn bản mới / nothing has arrived")
    for fault in faults:
        print(f"Chưa nhận được / not fetched: {fault}", file=sys.stderr)
    return UNAVAILABLE if faults else DONE


COMMANDS: Mapping[str, Callable[[argparse.Namespace, Settings], int]] = {
    "agencies": agencies,
    "accounts": accounts,
    "keys": keys,
    "send": send,
    "fetch": fetch,
}
"""By name; `edms.cli` has their arguments."""

_STATES = {
    "accepted": "đã được trục nhận / accepted:",
    "refused": "bị từ chối / refused:",
    "waiting": "còn chờ / still waiting:",
}


class _Opened:
    """The database with its journal, for a command."""

    def __init__(self, settings: Settings) -> None:
        from edms.audit import journal  # noqa: PLC0415
        from storage.clock import SystemClock  # noqa: PLC0415
        from storage.database import open_engine  # noqa: PLC0415

        self._engine = open_engine(settings.database_url.reveal(), pool_size=1)
        self.database = Database(self._engine, SystemClock(), recorders=(journal.write,))

    def close(self) -> None:
        self._engine.dispose()


class _Wired:
    """The whole installation with its relay, for a command that does a worker's work and tells its progress."""

    def __init__(self, options: argparse.Namespace, settings: Settings) -> None:
        from axis.http.progress import Progress  # noqa: PLC0415
        from edms.bootstrap import build, build_relay  # noqa: PLC0415

        self.progress = Progress(wanted=options.progress)
        self.services = build(settings)
        self.relay = build_relay(self.services)

    def close(self) -> None:
        for client in self.services.arrivals.hub.clients.values():
            client.close()
        self.services.database.engine.dispose()


def _print_rows(rows: list[dict[str, object]], shown: tuple[str, ...], *, as_json: bool) -> int:
    if as_json:
        print_json(rows)
        return DONE
    for row in rows:
        print("\t".join(_text(row[name]) for name in shown))
    return DONE


def _text(value: object) -> str:
    if isinstance(value, tuple):
        return "; ".join(value)
    if isinstance(value, bool):
        return "khoá / locked" if value else ""
    return "" if value is None else str(value)


def _actor_of_agency(session: Session, organ_id: str) -> Actor:
    """Return the system acting for the agency that bears the identifier. Raises `AgencyUnknown`."""
    query = (
        select(Agency)
        .join(AgencyIdentifier, AgencyIdentifier.agency_id == Agency.id)
        .where(AgencyIdentifier.value == organ_id)
        .order_by(AgencyIdentifier.valid_from.desc())
    )
    agency = session.scalars(query).first()
    if agency is None:
        raise AgencyUnknown(organ_id)
    return Actor.system(agency)


def _actor_of_person(session: Session, person: UUID) -> Actor:
    """Return the system acting for the agency of the person's newest appointment. Raises `PersonUnknown`."""
    query = (
        select(Agency)
        .join(Unit, Unit.agency_id == Agency.id)
        .join(Position, Position.unit_id == Unit.id)
        .join(Appointment, Appointment.position_id == Position.id)
        .where(Appointment.person_id == person)
        .order_by(Appointment.valid_from.desc())
    )
    agency = session.scalars(query).first()
    if agency is None:
        raise PersonUnknown("no appointment")
    return Actor.system(agency)


def _any_actor(session: Session) -> Actor:
    """Return the system acting for the installation's first agency. Raises `AgencyUnknown` when there is none."""
    agency = session.scalars(select(Agency).order_by(Agency.valid_from, Agency.id)).first()
    if agency is None:
        raise AgencyUnknown
    return Actor.system(agency)
