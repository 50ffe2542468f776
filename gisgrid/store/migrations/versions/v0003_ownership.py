"""The owner function, the triggers that assign single rows, and the guard of past boundaries."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_SQL = Path(__file__).parents[1] / "sql" / "0003_ownership.sql"


def upgrade() -> None:
    # The driver itself runs it: in text() a colon, PostgreSQL's cast, would be a parameter.
    op.get_bind().exec_driver_sql(_SQL.read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    op.execute("DROP FUNCTION gisgrid.assign_owners() CASCADE")
    op.execute("DROP FUNCTION gisgrid.wait_for_publish() CASCADE")
    op.execute("DROP FUNCTION gisgrid.keep_boundary() CASCADE")
    op.execute("DROP FUNCTION gisgrid.keep_attributes() CASCADE")
    op.execute("DROP FUNCTION gisgrid.owners_at(geometry, timestamptz)")
    op.execute("DROP FUNCTION gisgrid.grids_at(timestamptz)")
    op.execute("DELETE FROM gisgrid.level")
