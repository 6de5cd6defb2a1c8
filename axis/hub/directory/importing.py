"""Brings the directory to what a file says: idempotent, shows what it would change, never deletes.

What the file does not mention stays as it is. An identifier or a mandate ends by giving its last day; a day on which it began
is its key and cannot be changed afterwards.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any
from uuid import UUID

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from axis.hub.directory.file import AccountEntry, AgencyEntry, DirectoryFile, MandateEntry
from axis.hub.directory.model import Account, Agency, AgencyCertificate, AgencyIdentifier, Mandate
from axis.hub.errors import DirectoryRefused
from storage.identifiers import new_id
from storage.unit_of_work import Database, Transaction

_LOCK = text("SELECT pg_advisory_xact_lock(7239115)")
"""One import at a time, so that the check for overlapping identifiers sees everything."""


@dataclass(frozen=True)
class Change:
    """One thing that an import does: `action` is `add` or `set`, `what` names the row, `detail` the values."""

    action: str
    what: str
    detail: str

    def __str__(self) -> str:
        return f"{self.action} {self.what}: {self.detail}"


class _Undo(Exception):
    """Leaves a dry run's unit of work without a trace."""


def import_directory(database: Database, file: DirectoryFile, *, dry_run: bool = False) -> list[Change]:
    """Make the changes that bring the directory to `file` and return them; with `dry_run` only return them.

    One transaction: all or nothing. Raises `DirectoryRefused` listing every contradiction (an identifier that names two
    agencies on one day, two primary identifiers, an entry that matches two agencies, a mandate for an unknown agency).
    """
    changes: list[Change] = []
    with contextlib.suppress(_Undo), database.begin() as tx:
        _Importer(tx, changes).run(file, dry_run=dry_run)
    return changes


class _Importer:
    def __init__(self, tx: Transaction, changes: list[Change]) -> None:
        self._tx = tx
        self._session = tx.session
        self._changes = changes
        self._faults: list[str] = []
        self._agency_of: dict[str, UUID] = {}
        """The agency that bore each code last."""
        self._agency_since: dict[tuple[str, date], UUID] = {}
        """The agency to which each code was given on a day: by this an entry finds its agency, though codes move."""

    def run(self, file: DirectoryFile, *, dry_run: bool) -> None:
        self._session.execute(_LOCK)
        for row in self._session.scalars(select(AgencyIdentifier).order_by(AgencyIdentifier.valid_from)):
            self._agency_of[row.value] = row.agency_id
            self._agency_since[row.value, row.valid_from] = row.agency_id
        for agency in file.agencies:
            self._agency(agency)
        self._session.flush()
        for account in file.accounts:
            self._account(account)
        self._session.flush()
        self._faults += overlapping_identifiers(self._session)
        if self._faults:
            raise DirectoryRefused("\n".join(self._faults))
        if dry_run:
            raise _Undo

    def _agency(self, entry: AgencyEntry) -> None:
        keys = [(one.value, one.valid_from) for one in entry.identifiers]
        matches = {self._agency_since[key] for key in keys if key in self._agency_since}
        if len(matches) > 1:
            self._faults.append(f"{entry.name}: its identifiers belong to {len(matches)} agencies")
            return
        agency = self._session.get(Agency, matches.pop()) if matches else None
        if agency is None:
            agency = Agency(id=new_id(), name=entry.name, created_at=self._tx.now)
            self._session.add(agency)
            self._session.flush()
            self._note("add", "agency", entry.name)
        self._set(agency, f"agency {entry.identifiers[0].value}", name=entry.name)
        self._identifiers(agency, entry)
        self._certificates(agency, entry)

    def _identifiers(self, agency: Agency, entry: AgencyEntry) -> None:
        known = {
            (row.value, row.valid_from): row
            for row in self._session.scalars(select(AgencyIdentifier).where(AgencyIdentifier.agency_id == agency.id))
        }
        for one in entry.identifiers:
            row = known.get((one.value, one.valid_from))
            if row is None:
                row = AgencyIdentifier(
                    agency_id=agency.id,
                    scheme=one.scheme,
                    value=one.value,
                    valid_from=one.valid_from,
                    valid_to=one.valid_to,
                    is_primary=one.primary,
                )
                self._session.add(row)
                known[one.value, one.valid_from] = row
                self._agency_of[one.value] = agency.id
                self._agency_since[one.value, one.valid_from] = agency.id
                self._note("add", "identifier", f"{one.value} ({one.scheme}) from {one.valid_from} → {entry.name}")
            else:
                values = {"scheme": one.scheme, "valid_to": one.valid_to, "is_primary": one.primary}
                self._set(row, f"identifier {one.value}", **values)

    def _certificates(self, agency: Agency, entry: AgencyEntry) -> None:
        query = select(AgencyCertificate.sha256).where(AgencyCertificate.agency_id == agency.id)
        known = set(self._session.scalars(query))
        for certificate in self._parsed(entry):
            sha256 = hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest()
            if sha256 in known:
                continue
            known.add(sha256)
            self._session.add(
                AgencyCertificate(
                    agency_id=agency.id,
                    pem=certificate.public_bytes(Encoding.PEM).decode(),
                    sha256=sha256,
                    valid_from=certificate.not_valid_before_utc,
                    valid_to=certificate.not_valid_after_utc,
                    added_at=self._tx.now,
                )
            )
            self._note("add", "certificate", f"{sha256[:16]}… → {entry.name}")

    def _parsed(self, entry: AgencyEntry) -> Iterator[x509.Certificate]:
        for one in entry.certificates:
            try:
                yield from x509.load_pem_x509_certificates(one.pem.encode())
            except ValueError as error:
                self._faults.append(f"{entry.name}: certificate cannot be read: {error}")

    def _account(self, entry: AccountEntry) -> None:
        account = self._session.scalar(select(Account).where(Account.name == entry.name))
        if account is None:
            account = Account(
                id=new_id(),
                name=entry.name,
                token_sha256=entry.token_sha256,
                accept_unverifiable=entry.accept_unverifiable,
                created_at=self._tx.now,
            )
            self._session.add(account)
            self._note("add", "account", entry.name)
        values = {"token_sha256": entry.token_sha256, "accept_unverifiable": entry.accept_unverifiable}
        self._set(account, f"account {entry.name}", **values)
        for mandate in entry.mandates:
            self._mandate(account, mandate)

    def _mandate(self, account: Account, entry: MandateEntry) -> None:
        agency_id = self._agency_of.get(entry.agency)
        if agency_id is None:
            self._faults.append(f"{account.name}: mandate for unknown agency {entry.agency}")
            return
        mandate = self._session.scalar(
            select(Mandate).where(
                Mandate.account_id == account.id,
                Mandate.agency_id == agency_id,
                Mandate.valid_from == entry.valid_from,
            )
        )
        if mandate is None:
            self._session.add(
                Mandate(
                    account_id=account.id, agency_id=agency_id, valid_from=entry.valid_from, valid_to=entry.valid_to
                )
            )
            self._note("add", "mandate", f"{account.name} → {entry.agency} from {entry.valid_from}")
        else:
            self._set(mandate, f"mandate {account.name} → {entry.agency}", valid_to=entry.valid_to)

    def _set(self, row: object, what: str, **values: Any) -> None:
        for name, value in values.items():
            old = getattr(row, name)
            if old != value:
                setattr(row, name, value)
                shown = "changed" if name == "token_sha256" else f"{name} {old!s} → {value!s}"
                self._note("set", what, shown)

    def _note(self, action: str, what: str, detail: str) -> None:
        self._changes.append(Change(action, what, detail))


def overlapping_identifiers(session: Session) -> list[str]:
    """Return a sentence for each identifier that is doubly valid on a day, and each agency with two primary ones."""
    by_value: dict[str, list[AgencyIdentifier]] = {}
    primary: dict[UUID, list[AgencyIdentifier]] = {}
    for row in session.scalars(select(AgencyIdentifier)):
        by_value.setdefault(row.value, []).append(row)
        if row.is_primary:
            primary.setdefault(row.agency_id, []).append(row)
    faults = [
        f"{other.value}: valid twice from {other.valid_from}"
        for rows in by_value.values()
        for _, other in overlapping_periods(rows)
    ]
    faults += [
        f"{one.value} and {other.value}: both primary from {other.valid_from}"
        for rows in primary.values()
        for one, other in overlapping_periods(rows)
    ]
    return faults


def overlapping_periods(rows: Iterable[AgencyIdentifier]) -> Iterator[tuple[AgencyIdentifier, AgencyIdentifier]]:
    """Yield neighbours in time of which the earlier is still valid when the later begins; none when no day is in two."""
    for one, other in pairwise(sorted(rows, key=lambda row: row.valid_from)):
        if one.valid_to is None or one.valid_to >= other.valid_from:
            yield one, other
