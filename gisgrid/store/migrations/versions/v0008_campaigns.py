"""Campaigns from files: words and figures of tasks, marks that are kept, evidence."""

from __future__ import annotations

from typing import Final

import geoalchemy2
import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_NUMBERED: Final = ("campaign_phase", "campaign_task")
_TASK_WORDS: Final = (
    *("unit_en", "item_zh", "item_en", "done_zh", "done_en"),
    "target_qualifier",
)

# Whoever writes an item, its mark is on record. The settings are those of the transaction.
_LOG_MARK: Final = """
CREATE FUNCTION gisgrid.log_mark() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO gisgrid.campaign_mark (item_id, done_on, author, note)
    VALUES (NEW.id, NEW.done_on,
            coalesce(current_setting('gisgrid.author', true), ''),
            coalesce(current_setting('gisgrid.note', true), ''));
    RETURN NULL;
END
$$;
CREATE TRIGGER log_first_mark AFTER INSERT ON gisgrid.campaign_item FOR EACH ROW
    WHEN (NEW.done_on IS NOT NULL)
    EXECUTE FUNCTION gisgrid.log_mark();
CREATE TRIGGER log_mark AFTER UPDATE OF done_on ON gisgrid.campaign_item FOR EACH ROW
    WHEN (OLD.done_on IS DISTINCT FROM NEW.done_on)
    EXECUTE FUNCTION gisgrid.log_mark();
CREATE FUNCTION gisgrid.keep_mark() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'mark % is on record: mark the item anew', OLD.id
        USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER keep_mark BEFORE UPDATE OR DELETE ON gisgrid.campaign_mark
    FOR EACH ROW EXECUTE FUNCTION gisgrid.keep_mark()
"""

# Items had no task and were shown as anti-theft windows, whatever they were; they go on so.
_GIVE_TASKS: Final = (
    """
    UPDATE gisgrid.campaign_task SET code = 'task-' || (position + 1)
    """,
    """
    INSERT INTO gisgrid.campaign_task (campaign_id, position, code, name_zh, name_en, unit_zh)
    SELECT DISTINCT i.campaign_id, 0, 'task-1', '拆除防盗窗', 'anti-theft windows removed', '扇'
    FROM gisgrid.campaign_item AS i
    WHERE NOT EXISTS
        (SELECT FROM gisgrid.campaign_task AS t WHERE t.campaign_id = i.campaign_id)
    """,
    """
    UPDATE gisgrid.campaign_item AS i SET task_id = t.id
    FROM gisgrid.campaign_task AS t
    WHERE t.campaign_id = i.campaign_id AND t.position =
        (SELECT min(position) FROM gisgrid.campaign_task WHERE campaign_id = i.campaign_id)
    """,
    """
    UPDATE gisgrid.campaign_task SET item_zh = '防盗窗', item_en = 'anti-theft windows',
        done_zh = '已拆除', done_en = 'removed'
    WHERE id IN (SELECT task_id FROM gisgrid.campaign_item)
    """,
    """
    INSERT INTO gisgrid.campaign_mark (item_id, done_on)
    SELECT id, done_on FROM gisgrid.campaign_item WHERE done_on IS NOT NULL ORDER BY id
    """,
)


def _word(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default=sa.text("''"), nullable=False)


def _number_rows() -> None:
    """Phases and tasks get an identity and a code that files know them by."""
    for table in _NUMBERED:
        op.drop_constraint(op.f(f"pk_{table}"), table, schema="gisgrid")
        op.add_column(
            table,
            sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
            schema="gisgrid",
        )
        op.create_primary_key(op.f(f"pk_{table}"), table, ["id"], schema="gisgrid")
    op.add_column(
        "campaign_task",
        sa.Column("code", sa.Text(collation="C"), server_default=sa.text("''"), nullable=False),
        schema="gisgrid",
    )


def _extend_columns() -> None:
    for name in _TASK_WORDS:
        op.add_column("campaign_task", _word(name), schema="gisgrid")
    op.add_column("campaign_phase", sa.Column("planned_percent", sa.Numeric()), schema="gisgrid")
    op.create_check_constraint(
        op.f("ck_campaign_phase_planned_percent"),
        "campaign_phase",
        "planned_percent BETWEEN 0 AND 100",
        schema="gisgrid",
    )
    op.add_column("campaign_item", _word("name"), schema="gisgrid")
    op.add_column("campaign_item", sa.Column("task_id", sa.BigInteger()), schema="gisgrid")
    for table in ("campaign", *_NUMBERED):
        op.alter_column(table, "name_en", server_default=sa.text("''"), schema="gisgrid")
    op.alter_column("campaign_task", "unit_zh", server_default=sa.text("''"), schema="gisgrid")


def _require() -> None:
    """What holds once every row has a code and a task."""
    op.alter_column("campaign_task", "code", server_default=None, schema="gisgrid")
    op.alter_column("campaign_item", "task_id", nullable=False, schema="gisgrid")
    op.create_foreign_key(
        op.f("fk_campaign_item_task_id"),
        *("campaign_item", "campaign_task", ["task_id"], ["id"]),
        source_schema="gisgrid",
        referent_schema="gisgrid",
    )
    for table in _NUMBERED:
        op.create_unique_constraint(
            op.f(f"uq_{table}_campaign_id_code"), table, ["campaign_id", "code"], schema="gisgrid"
        )


def _create_mark() -> None:
    op.create_table(
        "campaign_mark",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True, comment="null: marked as not done"),
        _word("author"),
        _word("note"),
        sa.Column(
            "marked_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["gisgrid.campaign_item.id"], name=op.f("fk_campaign_mark_item_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_mark")),
        schema="gisgrid",
        comment="Each time that an item was marked as done or not done, and by whom; written by a "
        "trigger and never changed.",
    )
    op.create_index("ix_campaign_mark_item_id", "campaign_mark", ["item_id"], schema="gisgrid")


def _create_evidence() -> None:
    targets = {
        "import_id": "import_run",
        "campaign_id": "campaign",
        "task_id": "campaign_task",
        "item_id": "campaign_item",
        "building_id": "building",
    }
    op.create_table(
        "campaign_evidence",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("source_id", sa.Text(collation="C"), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=name != "campaign_id") for name in targets),
        sa.Column(
            "point",
            geoalchemy2.Geometry("POINT", srid=4326, spatial_index=False),
            nullable=False,
        ),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("taken_on", sa.Date(), nullable=False),
        *(_word(name) for name in ("note", "author", "file_name", "sha256")),
        sa.CheckConstraint(
            "stage IN ('before', 'during', 'after')", name=op.f("ck_campaign_evidence_stage")
        ),
        sa.CheckConstraint(
            "sha256 ~ '^([0-9a-f]{64})?$'", name=op.f("ck_campaign_evidence_sha256")
        ),
        *(
            sa.ForeignKeyConstraint(
                [name], [f"gisgrid.{table}.id"], name=op.f(f"fk_campaign_evidence_{name}")
            )
            for name, table in targets.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_evidence")),
        sa.UniqueConstraint(
            "campaign_id", "source_id", name=op.f("uq_campaign_evidence_campaign_id_source_id")
        ),
        schema="gisgrid",
        comment="What was seen before, during and after, at an item or a place; a file is named "
        "with its digest, not kept.",
    )


_COMMENTS: Final = {
    "campaign_phase": (
        "Half-open periods [starts, ends) of a campaign.",
        "Half-open periods [starts, ends) of a campaign, and how much is planned to be done by "
        "their end.",
    ),
    "campaign_task": (
        "What a campaign set out to do and did, with the figure's qualifier and source.",
        "What a campaign set out to do and did, with the figures' qualifiers and source; what its "
        "items are called and what is done with them.",
    ),
}


def upgrade() -> None:
    _number_rows()
    _extend_columns()
    _create_mark()
    _create_evidence()
    for statement in _GIVE_TASKS:
        op.execute(statement)
    _require()
    op.execute(_LOG_MARK)
    for table, (_, comment) in _COMMENTS.items():
        op.create_table_comment(table, comment, schema="gisgrid")


def downgrade() -> None:
    op.execute("DROP FUNCTION gisgrid.log_mark() CASCADE")
    op.drop_table("campaign_evidence", schema="gisgrid")
    op.drop_table("campaign_mark", schema="gisgrid")
    op.execute("DROP FUNCTION gisgrid.keep_mark()")
    for name in ("task_id", "name"):
        op.drop_column("campaign_item", name, schema="gisgrid")
    for name in ("code", *_TASK_WORDS):
        op.drop_column("campaign_task", name, schema="gisgrid")
    op.drop_column("campaign_phase", "planned_percent", schema="gisgrid")
    op.drop_constraint(
        op.f("uq_campaign_phase_campaign_id_code"), "campaign_phase", schema="gisgrid"
    )
    for table in ("campaign", *_NUMBERED):
        op.alter_column(table, "name_en", server_default=None, schema="gisgrid")
    op.alter_column("campaign_task", "unit_zh", server_default=None, schema="gisgrid")
    for table in _NUMBERED:
        # Rows of several files may share a position, which was the key.
        op.execute(
            f"UPDATE gisgrid.{table} AS t SET position = n.place FROM (SELECT id, row_number() "
            f"OVER (PARTITION BY campaign_id ORDER BY position, id) - 1 AS place "
            f"FROM gisgrid.{table}) AS n WHERE n.id = t.id"
        )
        op.drop_column(table, "id", schema="gisgrid")
        op.create_primary_key(
            op.f(f"pk_{table}"), table, ["campaign_id", "position"], schema="gisgrid"
        )
    for table, (comment, _) in _COMMENTS.items():
        op.create_table_comment(table, comment, schema="gisgrid")
