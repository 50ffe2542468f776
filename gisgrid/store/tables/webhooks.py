"""Webhooks and what is to be delivered to them; how often, and what, residents send."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    text,
)

from gisgrid.store.tables.base import code_text, identity, instant, metadata

__all__ = ["report_key", "report_tally", "webhook", "webhook_delivery"]

webhook = Table(
    "webhook",
    metadata,
    identity(),
    Column("channel", code_text(), nullable=False),
    Column("url", Text, nullable=False),
    Column("secret", Text, nullable=False),
    Column("made_at", instant(), nullable=False, server_default=text("clock_timestamp()")),
    Column("made_by", Text, nullable=False, server_default=text("''")),
    Column("removed_at", instant()),
    Index(
        "uq_webhook_open",
        "channel",
        "url",
        unique=True,
        postgresql_where=text("removed_at IS NULL"),
    ),
    comment="Addresses that hear of the cases of a channel. The secret is in clear: each message "
    "is signed with it.",
)

webhook_delivery = Table(
    "webhook_delivery",
    metadata,
    identity(),
    Column("webhook_id", ForeignKey("webhook.id"), nullable=False),
    Column("number", code_text(), nullable=False),
    Column("action", Text, nullable=False),
    Column("stage", Text, nullable=False),
    Column("happened_at", instant(), nullable=False),
    Column("state", Text, nullable=False, server_default=text("'pending'")),
    Column("attempts", SmallInteger, nullable=False, server_default=text("0")),
    Column("next_at", instant(), nullable=False, server_default=text("clock_timestamp()")),
    Column("status", SmallInteger),
    Column("problem", Text, nullable=False, server_default=text("''")),
    Column("ended_at", instant()),
    CheckConstraint("state IN ('pending', 'delivered', 'dead')", name="state"),
    CheckConstraint("(state = 'pending') = (ended_at IS NULL)", name="ended"),
    Index("ix_webhook_delivery_webhook_id", "webhook_id"),
    Index("ix_webhook_delivery_due", "next_at", postgresql_where=text("state = 'pending'")),
    comment="The outbox: a row for every event of a case and webhook of its channel, written with "
    "the event by a trigger.",
)

report_tally = Table(
    "report_tally",
    metadata,
    Column("day", Date, nullable=False),
    Column("sender", LargeBinary, nullable=False),
    Column("reports", Integer, nullable=False),
    PrimaryKeyConstraint("day", "sender"),
    comment="How many reports without an account came from an address on a day. The address is "
    "hashed, and rows of days before are deleted.",
)

report_key = Table(
    "report_key",
    metadata,
    Column("key_sha256", LargeBinary, primary_key=True),
    Column("body_hmac", LargeBinary, nullable=False),
    Column("salt", LargeBinary, nullable=False),
    Column("case_id", ForeignKey("case_file.id"), comment="null until its transaction ends"),
    Column("due_at", instant()),
    Column("made_at", instant(), nullable=False, server_default=text("clock_timestamp()")),
    Index("ix_report_key_made_at", "made_at"),
    comment="Keys by which residents send a report again without making another; kept for a day. "
    "Neither the key nor the code of the report can be read from it.",
)
