"""Declarative base of the EDMS's tables."""

from __future__ import annotations

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

from storage.database import NAMING, TYPES


class Base(DeclarativeBase):
    """Every table of the EDMS; its journal, documents and organisation live in one database."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = TYPES
