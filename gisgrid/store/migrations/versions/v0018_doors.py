"""Doors for residents: what they send twice; and lists of cases that an index serves."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_OPEN: Final = "stage NOT IN ('closed', 'refused', 'merged', 'not-responsible')"
_OF_CASE: Final = (
    "(SELECT gisgrid.sight('whole') = 't' AND gisgrid.sight('secret_whole') = 't') OR "
    "EXISTS (SELECT FROM gisgrid.case_file AS f WHERE f.id = case_id AND gisgrid.sees_case(f))"
)


def upgrade() -> None:
    _create_key()
    for index, columns, where in _indexes("number"):
        op.drop_index(f"ix_case_file_{index}", "case_file", schema="gisgrid")
        _index(f"{index}_number", columns, where)


def downgrade() -> None:
    for index, columns, where in _indexes():
        op.drop_index(f"ix_case_file_{index}_number", "case_file", schema="gisgrid")
        _index(index, columns, where)
    op.drop_table("report_key", schema="gisgrid")


def _indexes(*more: str) -> list[tuple[str, list[str], str | None]]:
    return [
        ("reported_at", ["reported_at", *more], None),
        ("open_due_at", ["due_at", *more], _OPEN),
    ]


def _index(name: str, columns: list[str], where: str | None) -> None:
    op.create_index(
        f"ix_case_file_{name}",
        "case_file",
        columns,
        schema="gisgrid",
        postgresql_where=None if where is None else sa.text(where),
    )


def _create_key() -> None:
    now = sa.text("clock_timestamp()")
    op.create_table(
        "report_key",
        sa.Column("key_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("body_hmac", sa.LargeBinary(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), comment="null until its transaction ends"),
        sa.Column("due_at", sa.DateTime(timezone=True)),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=now, nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id"], ["gisgrid.case_file.id"], name=op.f("fk_report_key_case_id")
        ),
        sa.PrimaryKeyConstraint("key_sha256", name=op.f("pk_report_key")),
        schema="gisgrid",
        comment="Keys by which residents send a report again without making another; kept for a "
        "day. Neither the key nor the code of the report can be read from it.",
    )
    op.create_index("ix_report_key_made_at", "report_key", ["made_at"], schema="gisgrid")
    op.execute("ALTER TABLE gisgrid.report_key ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY sight ON gisgrid.report_key USING ({_OF_CASE}) WITH CHECK (true)")
