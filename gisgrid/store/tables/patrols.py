"""Patrols: what was planned, stop by stop, and what was visited."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from gisgrid.store.tables.base import geometry, identity, instant, metadata

__all__ = ["patrol_plan", "patrol_stop", "patrol_visit"]

patrol_plan = Table(
    "patrol_plan",
    metadata,
    identity(),
    Column("starts", instant(), nullable=False),
    Column("ends", instant(), nullable=False),
    Column("officers", SmallInteger, nullable=False),
    Column("officer_hours", Float, nullable=False),
    Column("seed", BigInteger, nullable=False),
    Column("asked", JSONB, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("hazards_until", instant()),
    Column("expected", Float, nullable=False),
    Column("covered", Float, nullable=False),
    Column("author", Text, nullable=False, server_default=text("''")),
    Column("made_at", instant(), nullable=False, server_default=text("clock_timestamp()")),
    CheckConstraint("starts < ends", name="period"),
    Index("ix_patrol_plan_starts", "starts"),
    comment="A patrol of one shift: what was asked for, and from which boundaries and hazards "
    "it was made. It is never changed.",
)

# Points and grids have no foreign keys, as in everything that has an owner.
patrol_stop = Table(
    "patrol_stop",
    metadata,
    identity(),
    Column("plan_id", ForeignKey("patrol_plan.id"), nullable=False),
    Column("officer", SmallInteger, nullable=False),
    Column("position", SmallInteger, nullable=False),
    Column("arrives", instant(), nullable=False),
    Column("minutes", SmallInteger, nullable=False),
    Column("point", geometry("POINT"), nullable=False),
    Column("patrol_point_id", BigInteger),
    Column("name", Text, nullable=False, server_default=text("''")),
    Column("address", Text, nullable=False, server_default=text("''")),
    Column("address_m", Float),
    Column("micro_id", BigInteger),
    Column("why", Text, nullable=False),
    Column("expected", Float, nullable=False),
    Column("recent", Integer, nullable=False),
    Column("subjects", JSONB, nullable=False, server_default=text("'[]'")),
    UniqueConstraint("plan_id", "officer", "position"),
    CheckConstraint("why IN ('asked', 'waiting', 'expected')", name="why"),
    Index("ix_patrol_stop_micro_id", "micro_id"),
    comment="A stop of an officer: at a patrol point, or without one at a suggested place.",
)

patrol_visit = Table(
    "patrol_visit",
    metadata,
    identity(),
    Column("stop_id", ForeignKey("patrol_stop.id")),
    Column("patrol_point_id", BigInteger),
    Column("micro_id", BigInteger),
    Column("done", Boolean, nullable=False, server_default=text("true")),
    Column("visited_at", instant(), nullable=False),
    Column("visitor", Text, nullable=False, server_default=text("''")),
    Column("note", Text, nullable=False, server_default=text("''")),
    Column("made_at", instant(), nullable=False, server_default=text("clock_timestamp()")),
    CheckConstraint("stop_id IS NOT NULL OR patrol_point_id IS NOT NULL", name="place"),
    Index("ix_patrol_visit_stop_id", "stop_id"),
    Index("ix_patrol_visit_micro_id", "micro_id"),
    comment="Visits as they are recorded; rows are only added, and the last one of a stop says "
    "whether it was visited.",
)
