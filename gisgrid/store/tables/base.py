"""What all tables share: the schema, the types, and the columns of everything that has an owner."""

from __future__ import annotations

from typing import Any, Final

from geoalchemy2 import Geometry
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    Text,
    text,
)

__all__ = [
    "LEVELS",
    "SCHEMA",
    "code_text",
    "geometry",
    "identity",
    "instant",
    "metadata",
    "owned_columns",
    "owned_constraints",
]

SCHEMA: Final = "gisgrid"

# The three nested levels in order, then the police areas, a layer apart.
LEVELS: Final = ("area", "unit", "micro", "police")

metadata = MetaData(
    schema=SCHEMA,
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    },
)


def code_text() -> Text:
    """Text compared in code-point order, whatever the database's locale."""
    return Text(collation="C")


def geometry(kind: str) -> Geometry:
    """A geometry in EPSG:4326; its index is declared beside the table, under our own name."""
    return Geometry(geometry_type=kind, srid=4326, spatial_index=False)


def instant() -> DateTime:
    """An aware point in time."""
    return DateTime(timezone=True)


def identity() -> Column[Any]:
    """The primary key of most tables."""
    return Column("id", BigInteger, Identity(always=True), primary_key=True)


def owned_columns() -> list[Column[Any]]:
    """Columns of everything that lies at a point and has an owner at every level.

    The owners have no foreign keys on purpose: grids are never deleted, the columns are
    derived (they can be computed again from the boundaries), and four checks a row would
    double the time of a large import.
    """
    return [
        Column("source_id", code_text(), nullable=False),
        Column("import_id", ForeignKey("import_run.id"), nullable=True),
        Column("point", geometry("POINT"), nullable=False),
        *(Column(f"{name}_id", BigInteger) for name in LEVELS),
        Column("on_border", Boolean, nullable=False, server_default=text("false")),
        Column("assigned_how", Text, nullable=False, server_default=text("'trigger'")),
        Column("assigned_revision", Integer, nullable=False, server_default=text("0")),
    ]


def owned_constraints(table: str) -> list[Any]:
    """Indexes and checks that go with `owned_columns`."""
    return [
        CheckConstraint("assigned_how IN ('trigger', 'bulk', 'manual')", name="assigned_how"),
        Index(f"ix_{table}_point", "point", postgresql_using="gist"),
        Index(f"ix_{table}_micro_id", "micro_id"),
    ]
