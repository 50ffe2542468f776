"""What springs from cases follows them, and nothing twice."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_SQL: Final = Path(__file__).parents[1] / "sql"
_LEARNT: Final = ("campaign_mark", "facility_upkeep")


def upgrade() -> None:
    op.create_index(
        "ix_case_file_merged_into_id",
        "case_file",
        ["merged_into_id"],
        schema="gisgrid",
        postgresql_where=sa.text("merged_into_id IS NOT NULL"),
    )
    for table in _LEARNT:
        column = sa.Column(
            "case_id", sa.BigInteger(), nullable=True, comment="the case whose closing wrote it"
        )
        op.add_column(table, column, schema="gisgrid")
    _run("0017_works.sql")
    for table in _LEARNT:
        op.create_foreign_key(
            op.f(f"fk_{table}_case_id"),
            *(table, "case_file", ["case_id"], ["id"]),
            source_schema="gisgrid",
            referent_schema="gisgrid",
        )
    op.create_unique_constraint(
        op.f("uq_facility_upkeep_case_id"), "facility_upkeep", ["case_id"], schema="gisgrid"
    )


def downgrade() -> None:
    _run("0017_works_back.sql")
    for table in _LEARNT:
        op.drop_column(table, "case_id", schema="gisgrid")
    op.drop_index("ix_case_file_merged_into_id", "case_file", schema="gisgrid")


def _run(name: str) -> None:
    op.get_bind().exec_driver_sql((_SQL / name).read_text(encoding="utf-8").replace("%", "%%"))
