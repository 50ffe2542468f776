"""Cases: their stages and events, the departments called, and the words kept apart."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_SCHEMA: Final = "gisgrid"
_CODE: Final = sa.Text(collation="C")
_INSTANT: Final = sa.DateTime(timezone=True)
_NO_TEXT: Final = sa.text("''")
_NO: Final = sa.text("false")
_CLOSED: Final = "stage NOT IN ('closed', 'refused', 'merged', 'not-responsible')"

_TRIGGERS: Final = """
CREATE TRIGGER wait_for_publish BEFORE INSERT OR UPDATE ON gisgrid.case_file
    FOR EACH STATEMENT EXECUTE FUNCTION gisgrid.wait_for_publish();
CREATE TRIGGER assign_on_insert BEFORE INSERT ON gisgrid.case_file FOR EACH ROW
    WHEN (current_setting('gisgrid.bulk', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION gisgrid.assign_owners();
CREATE TRIGGER assign_on_move BEFORE UPDATE OF point ON gisgrid.case_file FOR EACH ROW
    WHEN (ST_AsEWKB(OLD.point) IS DISTINCT FROM ST_AsEWKB(NEW.point)
          AND current_setting('gisgrid.bulk', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION gisgrid.assign_owners();
CREATE TRIGGER keep_row BEFORE UPDATE OR DELETE ON gisgrid.case_event
    FOR EACH ROW EXECUTE FUNCTION gisgrid.keep_row();
"""


def upgrade() -> None:
    op.execute(sa.schema.CreateSequence(sa.Sequence("case_number", schema=_SCHEMA)))
    _create_file()
    _create_words()
    _create_event()
    _create_call()
    op.get_bind().exec_driver_sql(_TRIGGERS)


def _create_file() -> None:
    op.create_table(
        "case_file",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("source_id", _CODE, nullable=False),
        sa.Column("import_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "point",
            Geometry(geometry_type="POINT", srid=4326, spatial_index=False),
            nullable=False,
        ),
        sa.Column("area_id", sa.BigInteger(), nullable=True),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("micro_id", sa.BigInteger(), nullable=True),
        sa.Column("police_id", sa.BigInteger(), nullable=True),
        sa.Column("on_border", sa.Boolean(), server_default=_NO, nullable=False),
        sa.Column("assigned_how", sa.Text(), server_default=sa.text("'trigger'"), nullable=False),
        sa.Column("assigned_revision", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("number", _CODE, nullable=False),
        sa.Column("category", _CODE, nullable=False),
        sa.Column("severity", sa.SmallInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), server_default=_NO_TEXT, nullable=False),
        sa.Column("stage", sa.Text(), server_default=sa.text("'reported'"), nullable=False),
        sa.Column("escalated", sa.Boolean(), server_default=_NO, nullable=False),
        sa.Column("confidential", sa.Boolean(), server_default=_NO, nullable=False),
        sa.Column("found_by_staff", sa.Boolean(), server_default=_NO, nullable=False),
        sa.Column("reported_at", _INSTANT, nullable=False),
        sa.Column("stage_since", _INSTANT, nullable=False),
        sa.Column("heard_at", _INSTANT, nullable=False),
        sa.Column("closed_at", _INSTANT, nullable=True),
        sa.Column("due_at", _INSTANT, nullable=True),
        sa.Column("lead_department", _CODE, server_default=_NO_TEXT, nullable=False),
        sa.Column("merged_into_id", sa.BigInteger(), nullable=True),
        sa.Column("relapse_of_id", sa.BigInteger(), nullable=True),
        sa.Column("campaign_task_id", sa.BigInteger(), nullable=True),
        sa.Column("campaign_item_id", sa.BigInteger(), nullable=True),
        sa.Column("facility_id", sa.BigInteger(), nullable=True),
        sa.Column("reporter_ref", sa.Uuid(), nullable=True),
        sa.Column("code_hash", sa.LargeBinary(), nullable=True),
        sa.Column("rating", sa.SmallInteger(), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        *_file_constraints(),
        schema=_SCHEMA,
        comment="Cases (案件): a problem that was reported, and where it stands.",
    )
    op.create_index(
        "ix_case_file_point", "case_file", ["point"], schema=_SCHEMA, postgresql_using="gist"
    )
    for columns in (["micro_id"], ["unit_id"], ["reported_at"], ["stage", "id"]):
        op.create_index(f"ix_case_file_{'_'.join(columns)}", "case_file", columns, schema=_SCHEMA)
    op.create_index(
        "ix_case_file_open_due_at",
        "case_file",
        ["due_at"],
        schema=_SCHEMA,
        postgresql_where=sa.text(_CLOSED),
    )


def _file_constraints() -> list[sa.Constraint]:
    checks = {
        "assigned_how": "assigned_how IN ('trigger', 'bulk', 'manual')",
        "severity": "severity BETWEEN 1 AND 3",
        "rating": "rating BETWEEN 1 AND 5",
        "stage": "stage IN ('reported', 'accepted', 'dispatched', 'in-progress', 'feedback', "
        "'verified', 'closed', 'refused', 'merged', 'not-responsible')",
        "merged": "(stage = 'merged') = (merged_into_id IS NOT NULL)",
        "closed": f"(closed_at IS NULL) = ({_CLOSED})",
    }
    keys = {
        "import_id": "import_run",
        "merged_into_id": "case_file",
        "relapse_of_id": "case_file",
    }
    return [
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_file")),
        *(
            sa.UniqueConstraint(name, name=op.f(f"uq_case_file_{name}"))
            for name in ("source_id", "number", "code_hash")
        ),
        *(sa.CheckConstraint(rule, name=op.f(f"ck_case_file_{n}")) for n, rule in checks.items()),
        *(
            sa.ForeignKeyConstraint(
                [column], [f"{_SCHEMA}.{table}.id"], name=op.f(f"fk_case_file_{column}")
            )
            for column, table in keys.items()
        ),
    ]


def _of_case(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["case_id"], [f"{_SCHEMA}.case_file.id"], name=op.f(f"fk_{table}_case_id")
    )


def _create_words() -> None:
    op.create_table(
        "case_text",
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("description", sa.Text(), server_default=_NO_TEXT, nullable=False),
        sa.Column("place", sa.Text(), server_default=_NO_TEXT, nullable=False),
        _of_case("case_text"),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_case_text")),
        schema=_SCHEMA,
        comment="What was said of a case; words can be erased without touching what was done.",
    )
    op.create_table(
        "case_note",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("words", sa.Text(), nullable=True),
        _of_case("case_note"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_note")),
        schema=_SCHEMA,
        comment="Reasons and replies that events refer to; null where they were erased.",
    )
    op.create_index("ix_case_note_case_id", "case_note", ["case_id"], schema=_SCHEMA)


def _create_event() -> None:
    op.create_table(
        "case_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("from_stage", sa.Text(), nullable=True),
        sa.Column("to_stage", sa.Text(), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("actor_ref", sa.Text(), nullable=False),
        sa.Column("department", _CODE, server_default=_NO_TEXT, nullable=False),
        sa.Column("about", _CODE, server_default=_NO_TEXT, nullable=False),
        sa.Column("reason_ref", sa.Uuid(), nullable=True),
        _of_case("case_event"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_event")),
        sa.UniqueConstraint("case_id", "version", name=op.f("uq_case_event_case_id_version")),
        schema=_SCHEMA,
        comment="What was done with cases, step by step: who by a reference, when, and why. Rows "
        "are only added, and there is one for each version of a case.",
    )
    op.create_index("ix_case_event_at", "case_event", ["at"], schema=_SCHEMA)


def _create_call() -> None:
    op.create_table(
        "case_call",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("department", _CODE, nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("clock", sa.Text(), nullable=False),
        sa.Column("called_at", _INSTANT, nullable=False),
        sa.Column("due_at", _INSTANT, nullable=False),
        sa.Column("reported_in_at", _INSTANT, nullable=True),
        sa.Column("left_at", _INSTANT, nullable=True),
        sa.Column("done_at", _INSTANT, nullable=True),
        sa.CheckConstraint("role IN ('lead', 'helper')", name=op.f("ck_case_call_role")),
        _of_case("case_call"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_call")),
        schema=_SCHEMA,
        comment="Departments that were called to a case (网格吹哨、部门报到), and when they came.",
    )
    indexes: dict[str, tuple[list[str], bool, str | None]] = {
        "ix_case_call_department": (["department", "case_id"], False, None),
        "ix_case_call_due_at": (["due_at"], False, "reported_in_at IS NULL AND left_at IS NULL"),
        "uq_case_call_department": (["case_id", "department"], True, "left_at IS NULL"),
        "uq_case_call_lead": (["case_id"], True, "role = 'lead' AND left_at IS NULL"),
    }
    for name, (columns, unique, where) in indexes.items():
        op.create_index(
            name,
            "case_call",
            columns,
            unique=unique,
            schema=_SCHEMA,
            postgresql_where=None if where is None else sa.text(where),
        )


def downgrade() -> None:
    for table in ("case_call", "case_event", "case_note", "case_text", "case_file"):
        op.drop_table(table, schema=_SCHEMA)
    op.execute(sa.schema.DropSequence(sa.Sequence("case_number", schema=_SCHEMA)))
