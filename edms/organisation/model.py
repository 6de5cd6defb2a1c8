"""Tables of the organisation. Periods are half open: `valid_from` is in, `valid_to` is out; None is open-ended."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, String, and_, or_, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from edms.model import Base
from storage.identifiers import new_id


class AgencyKind(StrEnum):
    """What sort of agency it is."""

    PROVINCIAL = "provincial"
    DEPARTMENTAL = "departmental"
    COMMUNAL = "communal"
    PARTY = "party"
    OTHER = "other"


class IdentifierScheme(StrEnum):
    """Which rule an identifier follows; one is never computed from another (reference: QĐ 20/2020, QCVN 102)."""

    QD20 = "QD20"
    QCVN102 = "QCVN102"
    LOCAL = "local"
    AXIS = "axis"


class Capacity(StrEnum):
    """What a position does with documents."""

    CLERK = "clerk"
    """Văn thư: registers, numbers, seals, dispatches (NĐ 30/2020 Điều 32)."""
    LEADER = "leader"
    """Lãnh đạo: directs and signs."""
    SPECIALIST = "specialist"
    """Chuyên viên: drafts and processes."""


class AppointmentKind(StrEnum):
    """How a person stands in a position."""

    HOLDER = "holder"
    ACTING = "acting"
    INTERIM = "interim"


class Period:
    """Mixin: a row that holds for a time."""

    valid_from: Mapped[datetime]
    valid_to: Mapped[datetime | None]

    @classmethod
    def in_force(cls, at: datetime) -> ColumnElement[bool]:
        """SQL condition: the row holds at `at`."""
        return and_(cls.valid_from <= at, or_(cls.valid_to.is_(None), cls.valid_to > at))

    def holds_at(self, at: datetime) -> bool:
        """Tell whether the row holds at `at`."""
        return self.valid_from <= at and (self.valid_to is None or at < self.valid_to)


class Agency(Period, Base):
    """A body that issues and receives documents under its own name (cơ quan, tổ chức)."""

    __tablename__ = "agency"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[AgencyKind]
    name: Mapped[str] = mapped_column(String(200))
    abbreviation: Mapped[str] = mapped_column(String(20))
    """Stands in notations: `UBND`, `STC` (NĐ 30/2020 annex I II.3.b)."""
    place_name: Mapped[str] = mapped_column(String(100))
    """Địa danh in the date line (annex I II.4.a)."""
    superior_id: Mapped[UUID | None] = mapped_column(ForeignKey("agency.id"))
    issued_under: Mapped[str] = mapped_column(String(200), default="")
    """The superior's name as printed above the agency's own (annex I II.2.a); empty when none is printed."""

    identifiers: Mapped[list[AgencyIdentifier]] = relationship(back_populates="agency", lazy="selectin")

    def primary_identifier(self, at: datetime) -> str:
        """Return the identifier under which messages leave at `at`; empty when the agency has none."""
        held = [i for i in self.identifiers if i.holds_at(at)]
        held.sort(key=lambda i: (not i.is_primary, i.scheme, i.value))
        return held[0].value if held else ""


class AgencyIdentifier(Period, Base):
    """One dated identifier of an agency; closed ones stay resolvable for ever."""

    __tablename__ = "agency_identifier"
    __table_args__ = (
        Index("uq_agency_identifier_open", "value", unique=True, postgresql_where=text("valid_to IS NULL")),
        Index("ix_agency_identifier_agency_id", "agency_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"))
    scheme: Mapped[IdentifierScheme]
    value: Mapped[str] = mapped_column(String(35))
    is_primary: Mapped[bool] = mapped_column(default=False)

    agency: Mapped[Agency] = relationship(back_populates="identifiers")


class Unit(Period, Base):
    """A part of an agency (phòng, ban)."""

    __tablename__ = "unit"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    agency_id: Mapped[UUID] = mapped_column(ForeignKey("agency.id"), index=True)
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("unit.id"))
    name: Mapped[str] = mapped_column(String(200))
    abbreviation: Mapped[str] = mapped_column(String(20))

    agency: Mapped[Agency] = relationship(lazy="joined")


class Position(Period, Base):
    """A post in a unit: the owner of work."""

    __tablename__ = "position"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    unit_id: Mapped[UUID] = mapped_column(ForeignKey("unit.id"), index=True)
    title: Mapped[str] = mapped_column(String(100))
    capacity: Mapped[Capacity]
    signs_as: Mapped[str] = mapped_column(String(200), default="")
    """Lines printed above the signer's name, such as `GIÁM ĐỐC` (annex I II.7.b); empty: may not sign."""
    is_security_officer: Mapped[bool] = mapped_column(default=False)
    """The position also watches over state secrets in its agency (phụ trách bảo vệ bí mật nhà nước)."""

    unit: Mapped[Unit] = relationship(lazy="joined")


class Person(Base):
    """A human being. Never deleted; work, rights and history hang on appointments."""

    __tablename__ = "person"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    full_name: Mapped[str] = mapped_column(String(100))
    email: Mapped[str] = mapped_column(String(100), default="")


class Appointment(Period, Base):
    """A person stands in a position for a time.

    The database itself refuses two holders of one position at any moment, past or to come.
    """

    __tablename__ = "appointment"
    __table_args__ = (
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="period"),
        ExcludeConstraint(
            ("position_id", "="),
            (text("tstzrange(valid_from, valid_to)"), "&&"),
            name="ex_appointment_holder",
            where=text("kind = 'holder'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    position_id: Mapped[UUID] = mapped_column(ForeignKey("position.id"), index=True)
    kind: Mapped[AppointmentKind] = mapped_column(default=AppointmentKind.HOLDER)

    person: Mapped[Person] = relationship(lazy="joined")
    position: Mapped[Position] = relationship(lazy="joined")
