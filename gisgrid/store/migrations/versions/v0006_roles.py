"""Plans shared with planners who draw in QGIS, and what their saves become: logged edits."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_FOLDER = Path(__file__).parents[1] / "sql"
_FILES = ("0006_layers.sql", "0006_log.sql")

_POSTGIS = sa.text(
    "SELECT quote_ident(nspname) FROM pg_extension AS e "
    "JOIN pg_namespace AS n ON n.oid = e.extnamespace WHERE extname = 'postgis'"
)

_FUNCTIONS = (
    "save_grid()",
    "end_save()",
    "forget_save(gisgrid.draft_edit)",
    "told_save(gisgrid.draft_edit)",
    "told_grid(gisgrid.draft_grid)",
    "require_childless(gisgrid.draft_grid)",
    "next_drawn_key(bigint)",
    "write_drawn(bigint, gisgrid.draft_grid)",
    "parent_of(gisgrid.draft_grid, text)",
    "require_labels(gisgrid.draft_grid)",
    "require_code(gisgrid.draft_grid)",
    "stripped(text)",
    "require_shape(text, geometry)",
    "require_unpublished(bigint, bigint[])",
    "drawn_grid(bigint, bigint)",
    "held_grid(bigint, bigint)",
    "open_save(bigint)",
)


def upgrade() -> None:
    op.create_table(
        "plan_planner",
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        sa.Column("planner", sa.Text(), nullable=False),
        sa.Column(
            "shared_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["gisgrid.plan.id"], name=op.f("fk_plan_planner_plan_id")
        ),
        sa.PrimaryKeyConstraint("plan_id", "planner", name=op.f("pk_plan_planner")),
        schema="gisgrid",
        comment="Who may draw on a plan in QGIS; the roles and their rights follow it.",
    )
    postgis = str(op.get_bind().execute(_POSTGIS).scalar_one())
    for name in _FILES:
        statements = (_FOLDER / name).read_text(encoding="utf-8").replace("POSTGIS", postgis)
        # The driver itself runs it: in text() a colon, PostgreSQL's cast, would be a parameter.
        op.get_bind().exec_driver_sql(statements.replace("%", "%%"))


def downgrade() -> None:
    op.execute("DROP SCHEMA drafts CASCADE")
    op.execute("DROP TRIGGER end_save ON gisgrid.draft_edit")
    for function in _FUNCTIONS:
        op.execute(f"DROP FUNCTION gisgrid.{function}")
    op.drop_table("plan_planner", schema="gisgrid")
