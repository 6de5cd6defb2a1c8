"""Finds the key that a person or an agency signs with; the provider opens it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from edms.documents.layout.fonts import FontSet
from edms.signatures.errors import KeyNotRegistered
from edms.signatures.model import KeyKind, SigningKey
from schemas.confined import Confinement
from signing.pdf import Appearance
from signing.providers import KeyProvider
from signing.trust import Trust


@dataclass(frozen=True)
class SigningTools:
    """What signing needs beside the document: keys, trust, the time-stamping authority, fonts."""

    keys: KeyProvider
    key_dir: Path
    trust: Trust
    timestamp_url: str
    fonts: FontSet
    confinement: Confinement
    """Where files from elsewhere are read."""

    def appearance(self, key: SigningKey, name: str) -> Appearance:
        """Return the picture that a signature with `key` shows; drawn from `name` when the key has none."""
        image = self.key_dir / Path(key.image_name).name if key.image_name else None
        return Appearance(name=name, image=image, font=self.fonts.regular)


def personal_key(session: Session, person_id: UUID | None, at: datetime) -> SigningKey:
    """Return the person's newest key in force. Raises `KeyNotRegistered`."""
    return _newest(session, KeyKind.PERSONAL, SigningKey.person_id == person_id, at)


def agency_key(session: Session, kind: KeyKind, agency_id: UUID, at: datetime) -> SigningKey:
    """Return the agency's newest seal or system key in force. Raises `KeyNotRegistered`."""
    return _newest(session, kind, SigningKey.agency_id == agency_id, at)


def _newest(session: Session, kind: KeyKind, whose: ColumnElement[bool], at: datetime) -> SigningKey:
    query = (
        select(SigningKey)
        .where(SigningKey.kind == kind, whose, SigningKey.in_force(at))
        .order_by(SigningKey.valid_from.desc())
        .limit(1)
    )
    key = session.scalars(query).first()
    if key is None:
        raise KeyNotRegistered(kind.value)
    session.expunge(key)
    return key
