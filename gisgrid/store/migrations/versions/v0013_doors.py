"""Webhooks and their outbox, and how often each address has reported today."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

# It runs as its owner: whoever works a case need not know who hears of it.
_ANNOUNCE: Final = """
CREATE FUNCTION gisgrid.announce_case() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO gisgrid.webhook_delivery (webhook_id, number, action, stage, happened_at)
    SELECT w.id, c.number, NEW.action, NEW.to_stage, NEW.at
    FROM gisgrid.case_file AS c
    JOIN gisgrid.webhook AS w ON w.channel = c.channel AND w.removed_at IS NULL
    WHERE c.id = NEW.case_id AND NOT c.confidential;
    RETURN NULL;
END
$$;
CREATE TRIGGER announce AFTER INSERT ON gisgrid.case_event
    FOR EACH ROW EXECUTE FUNCTION gisgrid.announce_case();
"""


def upgrade() -> None:
    _create_webhook()
    _create_delivery()
    _create_tally()
    op.execute(_ANNOUNCE)


def downgrade() -> None:
    op.execute("DROP FUNCTION gisgrid.announce_case() CASCADE")
    for table in ("report_tally", "webhook_delivery", "webhook"):
        op.drop_table(table, schema="gisgrid")


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False)


def _word(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default=sa.text("''"), nullable=False)


def _said(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _code(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(collation="C"), nullable=False)


def _moment(name: str) -> sa.Column[object]:
    now = sa.text("clock_timestamp()")
    return sa.Column(name, sa.DateTime(timezone=True), server_default=now, nullable=False)


def _later(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=True)


def _create_webhook() -> None:
    op.create_table(
        "webhook",
        _id(),
        _code("channel"),
        *(_said(name) for name in ("url", "secret")),
        _moment("made_at"),
        _word("made_by"),
        _later("removed_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
        schema="gisgrid",
        comment="Addresses that hear of the cases of a channel. The secret is in clear: each "
        "message is signed with it.",
    )
    op.create_index(
        "uq_webhook_open",
        "webhook",
        ["channel", "url"],
        unique=True,
        schema="gisgrid",
        postgresql_where=sa.text("removed_at IS NULL"),
    )


def _create_delivery() -> None:
    op.create_table(
        "webhook_delivery",
        _id(),
        sa.Column("webhook_id", sa.BigInteger(), nullable=False),
        _code("number"),
        *(_said(name) for name in ("action", "stage")),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'pending'"), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), server_default=sa.text("0"), nullable=False),
        _moment("next_at"),
        sa.Column("status", sa.SmallInteger(), nullable=True),
        _word("problem"),
        _later("ended_at"),
        sa.CheckConstraint(
            "state IN ('pending', 'delivered', 'dead')", name=op.f("ck_webhook_delivery_state")
        ),
        sa.CheckConstraint(
            "(state = 'pending') = (ended_at IS NULL)", name=op.f("ck_webhook_delivery_ended")
        ),
        sa.ForeignKeyConstraint(
            ["webhook_id"], ["gisgrid.webhook.id"], name=op.f("fk_webhook_delivery_webhook_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_delivery")),
        schema="gisgrid",
        comment="The outbox: a row for every event of a case and webhook of its channel, written "
        "with the event by a trigger.",
    )
    op.create_index(
        "ix_webhook_delivery_webhook_id", "webhook_delivery", ["webhook_id"], schema="gisgrid"
    )
    op.create_index(
        "ix_webhook_delivery_due",
        "webhook_delivery",
        ["next_at"],
        schema="gisgrid",
        postgresql_where=sa.text("state = 'pending'"),
    )


def _create_tally() -> None:
    op.create_table(
        "report_tally",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("sender", sa.LargeBinary(), nullable=False),
        sa.Column("reports", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "sender", name=op.f("pk_report_tally")),
        schema="gisgrid",
        comment="How many reports without an account came from an address on a day. The address "
        "is hashed, and rows of days before are deleted.",
    )
