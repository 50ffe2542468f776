"""Places (addresses, hazards, patrol points), buildings and dividing lines."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from gisgrid.store.tables.base import (
    code_text,
    geometry,
    identity,
    instant,
    metadata,
    owned_columns,
    owned_constraints,
)

__all__ = [
    "address",
    "building",
    "dividing_line",
    "hazard",
    "manual_assignment",
    "patrol_point",
]

address = Table(
    "address",
    metadata,
    identity(),
    *owned_columns(),
    Column("text", Text, nullable=False, server_default=text("''")),
    Column("category", Text, nullable=False, server_default=text("''")),
    Column("households", Integer),
    Column("residents", Integer),
    UniqueConstraint("source_id"),
    *owned_constraints("address"),
    comment="Building entrances with their standard address (标准地址) and households.",
)

hazard = Table(
    "hazard",
    metadata,
    identity(),
    *owned_columns(),
    Column("category", Text, nullable=False, server_default=text("''")),
    Column("subject", Text, nullable=False, server_default=text("''")),
    Column("severity", SmallInteger),
    Column("state", Text, nullable=False, server_default=text("'open'")),
    Column("origin", Text, nullable=False, server_default=text("''")),
    Column("confidential", Boolean, nullable=False, server_default=text("false")),
    Column("found_at", instant()),
    Column("fixed_at", instant()),
    Column("description", Text, nullable=False, server_default=text("''")),
    UniqueConstraint("source_id"),
    CheckConstraint("state IN ('open', 'fixed')", name="state"),
    Index("ix_hazard_category_found_at", "category", "found_at"),
    *owned_constraints("hazard"),
    comment="Hazards (隐患) of fire and security, city-management problems and tips.",
)

patrol_point = Table(
    "patrol_point",
    metadata,
    identity(),
    *owned_columns(),
    Column("name", Text, nullable=False, server_default=text("''")),
    Column("category", Text, nullable=False, server_default=text("''")),
    UniqueConstraint("source_id"),
    *owned_constraints("patrol_point"),
    comment="Points that a patrol passes.",
)

building = Table(
    "building",
    metadata,
    identity(),
    *owned_columns(),
    Column("name", Text, nullable=False, server_default=text("''")),
    Column("floors", SmallInteger),
    Column("households", Integer),
    Column("geom", geometry("MULTIPOLYGON"), nullable=False),
    UniqueConstraint("source_id"),
    Index("ix_building_geom", "geom", postgresql_using="gist"),
    *owned_constraints("building"),
    comment="Footprints; a building is owned by the grid that covers its inner point.",
)

dividing_line = Table(
    "dividing_line",
    metadata,
    identity(),
    Column("source_id", code_text(), nullable=False),
    Column("import_id", ForeignKey("import_run.id")),
    Column("class", Text, nullable=False),
    Column("name", Text, nullable=False, server_default=text("''")),
    Column("geom", geometry("MULTILINESTRING"), nullable=False),
    UniqueConstraint("source_id"),
    Index("ix_dividing_line_geom", "geom", postgresql_using="gist"),
    comment="Roads, rivers and walls: the lines that borders should follow.",
)

manual_assignment = Table(
    "manual_assignment",
    metadata,
    identity(),
    Column("place_table", Text, nullable=False),
    Column("place_id", BigInteger, nullable=False),
    Column("source_id", code_text(), nullable=False),
    Column("grid_id", ForeignKey("grid.id"), nullable=False),
    Column("reason", Text, nullable=False),
    Column("author", Text, nullable=False, server_default=text("''")),
    Column("made_at", instant(), nullable=False, server_default=text("clock_timestamp()")),
    Column("ended_at", instant()),
    Column("ended_why", Text),
    Column("ended_by", Text, nullable=False, server_default=text("''")),
    CheckConstraint(
        "place_table IN ('address', 'hazard', 'patrol_point', 'building')", name="place_table"
    ),
    CheckConstraint("btrim(reason) <> ''", name="reason"),
    CheckConstraint(
        "ended_why IN ('moved', 'withdrawn', 'replaced', 'grid-ended', 'deleted')",
        name="ended_why",
    ),
    CheckConstraint("(ended_at IS NULL) = (ended_why IS NULL)", name="ended"),
    Index(
        "uq_manual_assignment_open",
        "place_table",
        "place_id",
        unique=True,
        postgresql_where=text("ended_at IS NULL"),
    ),
    comment="Places that a person assigned to a micro-grid, wherever they lie; an open one "
    "is what the place's own columns say.",
)
