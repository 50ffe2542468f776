"""Grids: a stable identity, dated attributes, dated boundaries, and their revisions."""

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
    text,
)
from sqlalchemy.dialects.postgresql import TSTZRANGE, ExcludeConstraint

from gisgrid.store.tables.base import code_text, geometry, identity, instant, metadata

__all__ = ["boundary_version", "grid", "grid_version", "level", "revision"]

level = Table(
    "level",
    metadata,
    Column("code", code_text(), primary_key=True),
    Column("rank", SmallInteger, nullable=False),
    Column("parent", code_text(), ForeignKey("level.code")),
    Column("name_zh", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    comment="The three nested levels, and the police areas beside them.",
)

revision = Table(
    "revision",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("published_at", instant(), nullable=False, server_default=text("now()")),
    Column("effective_at", instant(), nullable=False),
    Column("plan_id", BigInteger, ForeignKey("plan.id")),
    Column("author", Text, nullable=False, server_default=text("''")),
    Column("note", Text, nullable=False, server_default=text("''")),
    comment="One row per publish; numbers rise without gaps.",
)

grid = Table(
    "grid",
    metadata,
    identity(),
    Column("level", code_text(), ForeignKey("level.code"), nullable=False),
    Column("created_revision", ForeignKey("revision.number"), nullable=False),
    comment="A grid's identity; it outlives its codes, names, parents and boundaries.",
)

grid_version = Table(
    "grid_version",
    metadata,
    identity(),
    Column("grid_id", ForeignKey("grid.id"), nullable=False),
    Column("code", code_text(), nullable=False),
    Column("name", Text, nullable=False, server_default=text("''")),
    Column("parent_id", ForeignKey("grid.id")),
    Column("special", Boolean, nullable=False, server_default=text("false")),
    Column("households", Integer),
    Column("valid", TSTZRANGE, nullable=False),
    Column("recorded_at", instant(), nullable=False, server_default=text("now()")),
    Column("revision", ForeignKey("revision.number"), nullable=False),
    Column("ended_revision", ForeignKey("revision.number")),
    Column("range_reason", Text),
    CheckConstraint("code <> '' AND code !~ '[[:cntrl:]]'", name="code"),
    CheckConstraint("NOT isempty(valid)", name="valid"),
    ExcludeConstraint(
        ("grid_id", "="), ("valid", "&&"), using="gist", name="ex_grid_version_grid_id_valid"
    ),
    # A code belongs to one grid for ever, so that no old answer can be mistaken for another grid.
    ExcludeConstraint(("code", "="), ("grid_id", "<>"), using="gist", name="ex_grid_version_code"),
    Index("ix_grid_version_parent_id", "parent_id"),
    Index("ix_grid_version_revision", "revision"),
    Index("ix_grid_version_ended_revision", "ended_revision"),
    comment="Dated attributes of a grid: code, name, parent, declared households.",
)

boundary_version = Table(
    "boundary_version",
    metadata,
    identity(),
    Column("grid_id", ForeignKey("grid.id"), nullable=False),
    Column("level", code_text(), ForeignKey("level.code"), nullable=False),
    Column("geom", geometry("MULTIPOLYGON"), nullable=False),
    Column("valid", TSTZRANGE, nullable=False),
    Column("recorded_at", instant(), nullable=False, server_default=text("now()")),
    Column("revision", ForeignKey("revision.number"), nullable=False),
    Column("ended_revision", ForeignKey("revision.number")),
    Column("import_id", ForeignKey("import_run.id")),
    CheckConstraint("NOT isempty(valid)", name="valid"),
    ExcludeConstraint(
        ("grid_id", "="), ("valid", "&&"), using="gist", name="ex_boundary_version_grid_id_valid"
    ),
    Index("ix_boundary_version_geom", "geom", postgresql_using="gist"),
    Index("ix_boundary_version_revision", "revision"),
    Index("ix_boundary_version_ended_revision", "ended_revision"),
    comment="Immutable shapes of a grid, each for a half-open period; only its end may be set.",
)
