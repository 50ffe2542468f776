"""Numbers of cases are drawn; changes of personal data are noted; pictures can be forgotten."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_SQL: Final = Path(__file__).parents[1] / "sql" / "0019_guards.sql"


def upgrade() -> None:
    op.execute("DROP SEQUENCE gisgrid.case_number")
    op.execute(_SQL.read_text(encoding="utf-8"))


def downgrade() -> None:
    op.execute("DELETE FROM gisgrid.case_evidence WHERE jpeg IS NULL")
    op.execute(
        "ALTER TABLE gisgrid.case_evidence DROP CONSTRAINT ck_case_evidence_erased_at, "
        "DROP erased_at, ALTER jpeg SET NOT NULL"
    )
    op.execute("DROP TRIGGER note_personal ON gisgrid.personal")
    op.execute("DROP FUNCTION gisgrid.note_personal()")
    op.execute("CREATE SEQUENCE gisgrid.case_number")
    # Above all that was drawn, so that none is given twice.
    op.execute("SELECT setval('gisgrid.case_number', 1000000)")
