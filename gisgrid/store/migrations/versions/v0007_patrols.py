"""Patrols: plans, their stops, and the visits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects.postgresql import JSONB

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)
_NOW = sa.text("clock_timestamp()")
_NO_TEXT = sa.text("''")

_KEEP = """
CREATE FUNCTION gisgrid.keep_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are only added', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER keep_row BEFORE UPDATE OR DELETE ON gisgrid.patrol_visit
    FOR EACH ROW EXECUTE FUNCTION gisgrid.keep_row();
"""


def upgrade() -> None:
    _create_plan()
    _create_stop()
    _create_visit()
    op.get_bind().exec_driver_sql(_KEEP.replace("%", "%%"))


def _create_plan() -> None:
    op.create_table(
        "patrol_plan",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("starts", _INSTANT, nullable=False),
        sa.Column("ends", _INSTANT, nullable=False),
        sa.Column("officers", sa.SmallInteger(), nullable=False),
        sa.Column("officer_hours", sa.Float(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("asked", JSONB(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("hazards_until", _INSTANT, nullable=True),
        sa.Column("expected", sa.Float(), nullable=False),
        sa.Column("covered", sa.Float(), nullable=False),
        sa.Column("author", sa.Text(), server_default=_NO_TEXT, nullable=False),
        sa.Column("made_at", _INSTANT, server_default=_NOW, nullable=False),
        sa.CheckConstraint("starts < ends", name=op.f("ck_patrol_plan_period")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patrol_plan")),
        schema="gisgrid",
        comment="A patrol of one shift: what was asked for, and from which boundaries and hazards "
        "it was made. It is never changed.",
    )
    op.create_index("ix_patrol_plan_starts", "patrol_plan", ["starts"], schema="gisgrid")


def _create_stop() -> None:
    op.create_table(
        "patrol_stop",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        sa.Column("officer", sa.SmallInteger(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("arrives", _INSTANT, nullable=False),
        sa.Column("minutes", sa.SmallInteger(), nullable=False),
        sa.Column(
            "point",
            Geometry(geometry_type="POINT", srid=4326, spatial_index=False),
            nullable=False,
        ),
        sa.Column("patrol_point_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.Text(), server_default=_NO_TEXT, nullable=False),
        sa.Column("address", sa.Text(), server_default=_NO_TEXT, nullable=False),
        sa.Column("address_m", sa.Float(), nullable=True),
        sa.Column("micro_id", sa.BigInteger(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("expected", sa.Float(), nullable=False),
        sa.Column("recent", sa.Integer(), nullable=False),
        sa.Column("subjects", JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.CheckConstraint(
            "why IN ('asked', 'waiting', 'expected')", name=op.f("ck_patrol_stop_why")
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["gisgrid.patrol_plan.id"], name=op.f("fk_patrol_stop_plan_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patrol_stop")),
        sa.UniqueConstraint(
            "plan_id", "officer", "position", name=op.f("uq_patrol_stop_plan_id_officer_position")
        ),
        schema="gisgrid",
        comment="A stop of an officer: at a patrol point, or without one at a suggested place.",
    )
    op.create_index("ix_patrol_stop_micro_id", "patrol_stop", ["micro_id"], schema="gisgrid")


def _create_visit() -> None:
    op.create_table(
        "patrol_visit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("stop_id", sa.BigInteger(), nullable=True),
        sa.Column("patrol_point_id", sa.BigInteger(), nullable=True),
        sa.Column("micro_id", sa.BigInteger(), nullable=True),
        sa.Column("done", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("visited_at", _INSTANT, nullable=False),
        sa.Column("visitor", sa.Text(), server_default=_NO_TEXT, nullable=False),
        sa.Column("note", sa.Text(), server_default=_NO_TEXT, nullable=False),
        sa.Column("made_at", _INSTANT, server_default=_NOW, nullable=False),
        sa.CheckConstraint(
            "stop_id IS NOT NULL OR patrol_point_id IS NOT NULL", name=op.f("ck_patrol_visit_place")
        ),
        sa.ForeignKeyConstraint(
            ["stop_id"], ["gisgrid.patrol_stop.id"], name=op.f("fk_patrol_visit_stop_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patrol_visit")),
        schema="gisgrid",
        comment="Visits as they are recorded; rows are only added, and the last one of a stop "
        "says whether it was visited.",
    )
    op.create_index("ix_patrol_visit_stop_id", "patrol_visit", ["stop_id"], schema="gisgrid")
    op.create_index("ix_patrol_visit_micro_id", "patrol_visit", ["micro_id"], schema="gisgrid")


def downgrade() -> None:
    for table in ("patrol_visit", "patrol_stop", "patrol_plan"):
        op.drop_table(table, schema="gisgrid")
    op.execute("DROP FUNCTION gisgrid.keep_row()")
