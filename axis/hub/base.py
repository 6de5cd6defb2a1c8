"""The declarative base of the hub's tables."""

from __future__ import annotations

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

from storage.database import NAMING, TYPES


class HubBase(DeclarativeBase):
    """Base of every table in the hub's database."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = TYPES
