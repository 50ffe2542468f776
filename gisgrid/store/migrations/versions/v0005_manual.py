"""Manual assignments: a person overrules one place's grid, with a reason, until the place moves."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_HELD: Final = ("address", "hazard", "patrol_point", "building")
_OWNED: Final = (*_HELD, "campaign_item")

# Whoever writes the place, the record of its manual assignment ends with it. A publish has ended
# the grid already when it lets the place go.
_END_MANUAL: Final = """
CREATE FUNCTION gisgrid.end_manual() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    why text;
BEGIN
    IF TG_OP = 'DELETE' THEN
        why := 'deleted';
    ELSIF ST_AsEWKB(OLD.point) IS DISTINCT FROM ST_AsEWKB(NEW.point) THEN
        why := 'moved';
    END IF;
    UPDATE gisgrid.manual_assignment AS m
    SET ended_at = clock_timestamp(),
        ended_why = coalesce(why, CASE
            WHEN EXISTS (SELECT FROM gisgrid.grid_version AS g
                         WHERE g.grid_id = m.grid_id AND g.valid @> clock_timestamp())
            THEN 'withdrawn' ELSE 'grid-ended' END)
    WHERE m.place_table = TG_TABLE_NAME AND m.place_id = OLD.id AND m.ended_at IS NULL;
    RETURN NULL;
END
$$
"""

_KEEP_MANUAL: Final = """
CREATE FUNCTION gisgrid.keep_manual() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.ended_at IS NULL AND NEW.ended_at IS NOT NULL
       AND to_jsonb(NEW) - ARRAY['ended_at', 'ended_why', 'ended_by']
           = to_jsonb(OLD) - ARRAY['ended_at', 'ended_why', 'ended_by']
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'manual assignment % is on record: only its end may be set', OLD.id
        USING ERRCODE = 'restrict_violation';
END
$$
"""

# A place that is let go gets the owner of its point; the statement that moves one does already.
_TRIGGERS: Final = """
CREATE TRIGGER assign_on_release BEFORE UPDATE OF assigned_how ON gisgrid.{table} FOR EACH ROW
    WHEN (OLD.assigned_how = 'manual' AND NEW.assigned_how = 'trigger')
    EXECUTE FUNCTION gisgrid.assign_owners();
CREATE TRIGGER end_manual AFTER UPDATE ON gisgrid.{table} FOR EACH ROW
    WHEN (OLD.assigned_how = 'manual' AND NEW.assigned_how <> 'manual')
    EXECUTE FUNCTION gisgrid.end_manual();
CREATE TRIGGER end_manual_of_deleted AFTER DELETE ON gisgrid.{table} FOR EACH ROW
    WHEN (OLD.assigned_how = 'manual')
    EXECUTE FUNCTION gisgrid.end_manual();
"""


def _allow(ways: str) -> None:
    """The ways in which the owners of a place may have been written."""
    for table in _OWNED:
        name = op.f(f"ck_{table}_assigned_how")
        op.drop_constraint(name, table, schema="gisgrid")
        op.create_check_constraint(name, table, f"assigned_how IN ({ways})", schema="gisgrid")


def _create_manual_assignment() -> None:
    op.create_table(
        "manual_assignment",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("place_table", sa.Text(), nullable=False),
        sa.Column("place_id", sa.BigInteger(), nullable=False),
        sa.Column("source_id", sa.Text(collation="C"), nullable=False),
        sa.Column("grid_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column(
            "made_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_why", sa.Text(), nullable=True),
        sa.Column("ended_by", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.CheckConstraint(
            "place_table IN ('address', 'hazard', 'patrol_point', 'building')",
            name=op.f("ck_manual_assignment_place_table"),
        ),
        sa.CheckConstraint("btrim(reason) <> ''", name=op.f("ck_manual_assignment_reason")),
        sa.CheckConstraint(
            "ended_why IN ('moved', 'withdrawn', 'replaced', 'grid-ended', 'deleted')",
            name=op.f("ck_manual_assignment_ended_why"),
        ),
        sa.CheckConstraint(
            "(ended_at IS NULL) = (ended_why IS NULL)", name=op.f("ck_manual_assignment_ended")
        ),
        sa.ForeignKeyConstraint(
            ["grid_id"], ["gisgrid.grid.id"], name=op.f("fk_manual_assignment_grid_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_manual_assignment")),
        schema="gisgrid",
        comment="Places that a person assigned to a micro-grid, wherever they lie; an open one "
        "is what the place's own columns say.",
    )
    op.create_index(
        op.f("uq_manual_assignment_open"),
        "manual_assignment",
        ["place_table", "place_id"],
        unique=True,
        schema="gisgrid",
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def upgrade() -> None:
    _allow("'trigger', 'bulk', 'manual'")
    _create_manual_assignment()
    op.execute(_END_MANUAL)
    op.execute(_KEEP_MANUAL)
    op.execute(
        "CREATE TRIGGER keep_manual BEFORE UPDATE OR DELETE ON gisgrid.manual_assignment "
        "FOR EACH ROW EXECUTE FUNCTION gisgrid.keep_manual()"
    )
    for table in _HELD:
        op.execute(_TRIGGERS.format(table=table))


def downgrade() -> None:
    for table in _HELD:
        # The older schema holds no place: each gets the owner of its point.
        op.execute(
            f"UPDATE gisgrid.{table} SET assigned_how = 'trigger' WHERE assigned_how = 'manual'"
        )
    op.execute("DROP FUNCTION gisgrid.end_manual() CASCADE")
    op.execute("DROP FUNCTION gisgrid.keep_manual() CASCADE")
    for table in _HELD:
        op.execute(f"DROP TRIGGER assign_on_release ON gisgrid.{table}")
    op.drop_table("manual_assignment", schema="gisgrid")
    _allow("'trigger', 'bulk'")
