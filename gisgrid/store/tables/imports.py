"""Imports with their source and rejects, and the plans that carry boundaries to a publish."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Integer,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from gisgrid.store.tables.base import code_text, geometry, identity, instant, metadata

__all__ = ["import_run", "plan", "plan_grid", "reject"]

import_run = Table(
    "import_run",
    metadata,
    identity(),
    Column("noun", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("layer", Text),
    Column("crs", Text, nullable=False),
    Column("map_approval", Text),
    Column("options", JSONB, nullable=False, server_default=text("'{}'")),
    Column("imported_at", instant(), nullable=False, server_default=text("now()")),
    Column("rows_read", Integer, nullable=False),
    Column("rows_taken", Integer, nullable=False),
    Column("rows_rejected", Integer, nullable=False),
    Column("warnings", JSONB, nullable=False, server_default=text("'[]'")),
    comment="One row per import: where the data came from, in which CRS, under which 审图号.",
)

reject = Table(
    "reject",
    metadata,
    Column("import_id", ForeignKey("import_run.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("row", BigInteger, nullable=False),
    Column("field", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("value", Text, nullable=False),
    comment="The rows that an import could not take, with the reason.",
)

plan = Table(
    "plan",
    metadata,
    identity(),
    Column("name", Text, nullable=False),
    Column("level", code_text(), ForeignKey("level.code")),
    Column("state", Text, nullable=False, server_default=text("'draft'")),
    Column("import_id", ForeignKey("import_run.id")),
    Column("effective_at", instant(), comment="null: from the moment of publishing"),
    Column("replaces", code_text(), nullable=False, server_default=text("'listed'")),
    Column("created_at", instant(), nullable=False, server_default=text("now()")),
    # A revision names its plan too: tables are sorted without this one.
    Column("base_revision", ForeignKey("revision.number", use_alter=True)),
    Column("version", Integer, nullable=False, server_default=text("0")),
    Column("position", Integer, nullable=False, server_default=text("0")),
    Column("forked_from", ForeignKey("plan.id")),
    Column("author", Text, nullable=False, server_default=text("''")),
    CheckConstraint("state IN ('draft', 'scheduled', 'published', 'discarded')", name="state"),
    comment="Boundaries on their way to a publish: listed by an import (level, replaces: listed, "
    "level or a grid's code), or drawn from a revision.",
)

plan_grid = Table(
    "plan_grid",
    metadata,
    Column("plan_id", ForeignKey("plan.id"), primary_key=True),
    Column("code", code_text(), primary_key=True),
    Column("name", Text, nullable=False, server_default=text("''")),
    Column("parent_code", code_text()),
    Column("special", Boolean, nullable=False, server_default=text("false")),
    Column("households", Integer),
    Column("geom", geometry("MULTIPOLYGON"), nullable=False),
    comment="The grids that a plan lists, as they shall be.",
)
