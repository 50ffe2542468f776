"""Plans that are drawn: their grids, the log of their edits, and what became of the grids."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from gisgrid.store.tables.base import code_text, geometry, identity, instant, metadata

__all__ = [
    "DRAWN_COLUMNS",
    "draft_edit",
    "draft_edit_grid",
    "draft_grid",
    "lineage",
    "plan_planner",
]


def _drawn_columns() -> list[Column[Any]]:
    return [
        Column("key", BigInteger, nullable=False),
        Column("level", code_text(), ForeignKey("level.code"), nullable=False),
        Column("code", code_text(), nullable=False),
        Column("name", Text, nullable=False, server_default=text("''")),
        Column("parent_key", BigInteger),
        Column("special", Boolean, nullable=False, server_default=text("false")),
        Column("households", Integer),
        Column("range_reason", Text),
        Column("ended", Boolean, nullable=False, server_default=text("false")),
        Column("geom", geometry("MULTIPOLYGON"), nullable=False),
    ]


DRAWN_COLUMNS = tuple(column.name for column in _drawn_columns())
"""What `draft_grid` and `draft_edit_grid` say of a grid."""

draft_grid = Table(
    "draft_grid",
    metadata,
    Column("plan_id", ForeignKey("plan.id"), nullable=False),
    *_drawn_columns(),
    PrimaryKeyConstraint("plan_id", "key"),
    comment="Where a drawn plan differs from its revision: the whole grid as it shall be; "
    "key is a grid's id, or below 0 for a grid that the plan makes.",
)

draft_edit = Table(
    "draft_edit",
    metadata,
    identity(),
    Column("plan_id", ForeignKey("plan.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("arguments", JSONB, nullable=False, server_default=text("'{}'")),
    Column("author", Text, nullable=False, server_default=text("''")),
    Column("made_at", instant(), nullable=False, server_default=text("clock_timestamp()")),
    Column("superseded", Boolean, nullable=False, server_default=text("false")),
    UniqueConstraint("plan_id", "number"),
    comment="The log of a plan's edits; those after plan.position are undone, superseded ones "
    "were undone when another edit was made.",
)

draft_edit_grid = Table(
    "draft_edit_grid",
    metadata,
    Column("edit_id", ForeignKey("draft_edit.id"), nullable=False),
    Column("after", Boolean, nullable=False),
    *_drawn_columns(),
    PrimaryKeyConstraint("edit_id", "after", "key"),
    comment="The rows of draft_grid that an edit replaced (after is false) and wrote (true).",
)

lineage = Table(
    "lineage",
    metadata,
    Column("revision", ForeignKey("revision.number"), primary_key=True),
    Column("from_id", ForeignKey("grid.id"), primary_key=True),
    Column("to_id", ForeignKey("grid.id"), primary_key=True),
    Column("area_m2", Float, nullable=False),
    Column("area_share", Float, nullable=False),
    Column("households", Integer, nullable=False),
    Column("household_share", Float),
    Index("ix_lineage_from_id", "from_id"),
    Index("ix_lineage_to_id", "to_id"),
    comment="Ground that a publish gave from one grid to another, with its share of the "
    "first one's area and households.",
)

plan_planner = Table(
    "plan_planner",
    metadata,
    Column("plan_id", ForeignKey("plan.id"), primary_key=True),
    Column("planner", Text, primary_key=True),
    Column("shared_at", instant(), nullable=False, server_default=text("now()")),
    comment="Who may draw on a plan in QGIS; the roles and their rights follow it.",
)
