"""Plans that are drawn: the grids as a draft has them, the log of its edits, and lineage."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def _drawn_columns() -> list[sa.Column[Any]]:
    return [
        sa.Column("key", sa.BigInteger(), nullable=False),
        sa.Column("level", sa.Text(collation="C"), nullable=False),
        sa.Column("code", sa.Text(collation="C"), nullable=False),
        sa.Column("name", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("parent_key", sa.BigInteger(), nullable=True),
        sa.Column("special", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("households", sa.Integer(), nullable=True),
        sa.Column("range_reason", sa.Text(), nullable=True),
        sa.Column("ended", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("geom", Geometry("MULTIPOLYGON", 4326, spatial_index=False), nullable=False),
    ]


def _widen_plan() -> None:
    op.alter_column("plan", "level", nullable=True, schema="gisgrid")
    for column in (
        sa.Column("base_revision", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("position", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("forked_from", sa.BigInteger(), nullable=True),
        sa.Column("author", sa.Text(), server_default=sa.text("''"), nullable=False),
    ):
        op.add_column("plan", column, schema="gisgrid")
    for name, table, key in (
        ("base_revision", "revision", "number"),
        ("forked_from", "plan", "id"),
    ):
        op.create_foreign_key(
            op.f(f"fk_plan_{name}"),
            "plan",
            table,
            [name],
            [key],
            source_schema="gisgrid",
            referent_schema="gisgrid",
        )
    op.drop_constraint(op.f("ck_plan_state"), "plan", schema="gisgrid")
    op.create_check_constraint(
        op.f("ck_plan_state"),
        "plan",
        "state IN ('draft', 'scheduled', 'published', 'discarded')",
        schema="gisgrid",
    )
    op.create_table_comment(
        "plan",
        "Boundaries on their way to a publish: listed by an import (level, replaces: listed, "
        "level or a grid's code), or drawn from a revision.",
        schema="gisgrid",
    )


def _create_draft_grid() -> None:
    op.create_table(
        "draft_grid",
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        *_drawn_columns(),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["gisgrid.plan.id"], name=op.f("fk_draft_grid_plan_id")
        ),
        sa.ForeignKeyConstraint(
            ["level"], ["gisgrid.level.code"], name=op.f("fk_draft_grid_level")
        ),
        sa.PrimaryKeyConstraint("plan_id", "key", name=op.f("pk_draft_grid")),
        schema="gisgrid",
        comment="Where a drawn plan differs from its revision: the whole grid as it shall be; "
        "key is a grid's id, or below 0 for a grid that the plan makes.",
    )


def _create_draft_edit() -> None:
    op.create_table(
        "draft_edit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column(
            "arguments",
            JSONB(),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("author", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column(
            "made_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("superseded", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["gisgrid.plan.id"], name=op.f("fk_draft_edit_plan_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft_edit")),
        sa.UniqueConstraint("plan_id", "number", name=op.f("uq_draft_edit_plan_id_number")),
        schema="gisgrid",
        comment="The log of a plan's edits; those after plan.position are undone, superseded ones "
        "were undone when another edit was made.",
    )
    op.create_table(
        "draft_edit_grid",
        sa.Column("edit_id", sa.BigInteger(), nullable=False),
        sa.Column("after", sa.Boolean(), nullable=False),
        *_drawn_columns(),
        sa.ForeignKeyConstraint(
            ["edit_id"], ["gisgrid.draft_edit.id"], name=op.f("fk_draft_edit_grid_edit_id")
        ),
        sa.ForeignKeyConstraint(
            ["level"], ["gisgrid.level.code"], name=op.f("fk_draft_edit_grid_level")
        ),
        sa.PrimaryKeyConstraint("edit_id", "after", "key", name=op.f("pk_draft_edit_grid")),
        schema="gisgrid",
        comment="The rows of draft_grid that an edit replaced (after is false) and wrote (true).",
    )


def _create_lineage() -> None:
    op.create_table(
        "lineage",
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("from_id", sa.BigInteger(), nullable=False),
        sa.Column("to_id", sa.BigInteger(), nullable=False),
        sa.Column("area_m2", sa.Float(), nullable=False),
        sa.Column("area_share", sa.Float(), nullable=False),
        sa.Column("households", sa.Integer(), nullable=False),
        sa.Column("household_share", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(
            ["revision"], ["gisgrid.revision.number"], name=op.f("fk_lineage_revision")
        ),
        sa.ForeignKeyConstraint(["from_id"], ["gisgrid.grid.id"], name=op.f("fk_lineage_from_id")),
        sa.ForeignKeyConstraint(["to_id"], ["gisgrid.grid.id"], name=op.f("fk_lineage_to_id")),
        sa.PrimaryKeyConstraint("revision", "from_id", "to_id", name=op.f("pk_lineage")),
        schema="gisgrid",
        comment="Ground that a publish gave from one grid to another, with its share of the "
        "first one's area and households.",
    )
    op.create_index(op.f("ix_lineage_from_id"), "lineage", ["from_id"], schema="gisgrid")
    op.create_index(op.f("ix_lineage_to_id"), "lineage", ["to_id"], schema="gisgrid")


def _set_bases() -> None:
    """A draft was made over the newest boundaries of its time."""
    op.execute(
        "UPDATE gisgrid.plan SET base_revision = (SELECT max(number) FROM gisgrid.revision "
        "WHERE published_at <= plan.created_at) WHERE state = 'draft'"
    )


_INDEXED = [
    (table, column)
    for table in ("grid_version", "boundary_version")
    for column in ("revision", "ended_revision")
]


def upgrade() -> None:
    _widen_plan()
    _set_bases()
    for table, column in _INDEXED:
        op.create_index(f"ix_{table}_{column}", table, [column], schema="gisgrid")
    op.add_column("grid_version", sa.Column("range_reason", sa.Text()), schema="gisgrid")
    _create_draft_grid()
    _create_draft_edit()
    _create_lineage()


def downgrade() -> None:
    for table in ("lineage", "draft_edit_grid", "draft_edit", "draft_grid"):
        op.drop_table(table, schema="gisgrid")
    op.drop_column("grid_version", "range_reason", schema="gisgrid")
    for table, column in _INDEXED:
        op.drop_index(f"ix_{table}_{column}", table, schema="gisgrid")
    for column in ("author", "forked_from", "position", "version", "base_revision"):
        op.drop_column("plan", column, schema="gisgrid")
    op.drop_constraint(op.f("ck_plan_state"), "plan", schema="gisgrid")
    # The older code schedules nothing.
    op.execute("UPDATE gisgrid.plan SET state = 'draft' WHERE state = 'scheduled'")
    op.create_check_constraint(
        op.f("ck_plan_state"),
        "plan",
        "state IN ('draft', 'published', 'discarded')",
        schema="gisgrid",
    )
    # What the older schema cannot say; a revision that such a plan made loses its name only.
    op.execute(
        "UPDATE gisgrid.revision SET plan_id = NULL WHERE plan_id IN "
        "(SELECT id FROM gisgrid.plan WHERE level IS NULL)"
    )
    op.execute("DELETE FROM gisgrid.plan WHERE level IS NULL")
    op.alter_column("plan", "level", nullable=False, schema="gisgrid")
