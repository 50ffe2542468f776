"""What people taught about addresses: other names, and texts that nobody could place."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from gisgrid.store.tables.base import code_text, identity, instant, metadata

__all__ = ["address_alias", "address_review"]

address_alias = Table(
    "address_alias",
    metadata,
    identity(),
    Column("name", code_text(), nullable=False),
    Column("means", code_text(), nullable=False),
    Column("kind", Text, nullable=False),
    Column("source", Text, nullable=False, server_default=text("''")),
    Column("made_at", instant(), nullable=False, server_default=text("clock_timestamp()")),
    Column("made_by", Text, nullable=False, server_default=text("''")),
    Column("ended_at", instant()),
    Column("ended_by", Text, nullable=False, server_default=text("''")),
    CheckConstraint("kind IN ('estate', 'old-name', 'other')", name="kind"),
    CheckConstraint("name <> '' AND means <> '' AND name <> means", name="names"),
    CheckConstraint("ended_at IS NOT NULL OR ended_by = ''", name="ended"),
    Index(
        "uq_address_alias_open",
        "name",
        "means",
        unique=True,
        postgresql_where=text("ended_at IS NULL"),
    ),
    comment="Names that stand for a road, or for the beginning of a standard address; one that "
    "has ended stays on record.",
)

address_review = Table(
    "address_review",
    metadata,
    identity(),
    Column("text", Text, nullable=False),
    Column("normal", code_text(), nullable=False),
    Column("status", Text, nullable=False),
    Column("reason", Text, nullable=False, server_default=text("''")),
    Column("source", Text, nullable=False, server_default=text("''")),
    Column("seen", Integer, nullable=False, server_default=text("1")),
    Column("first_seen", instant(), nullable=False, server_default=text("clock_timestamp()")),
    Column("last_seen", instant(), nullable=False, server_default=text("clock_timestamp()")),
    Column("state", Text, nullable=False, server_default=text("'open'")),
    # Addresses may go; what was decided stays on record.
    Column("address_id", BigInteger),
    Column("chosen", Text, nullable=False, server_default=text("''")),
    Column("alias_id", ForeignKey("address_alias.id")),
    Column("decided_at", instant()),
    Column("decided_by", Text, nullable=False, server_default=text("''")),
    CheckConstraint("status IN ('ambiguous', 'unknown', 'outside')", name="status"),
    CheckConstraint("state IN ('open', 'decided', 'dismissed')", name="state"),
    CheckConstraint("seen > 0", name="seen"),
    CheckConstraint("(state = 'open') = (decided_at IS NULL)", name="closed"),
    CheckConstraint("(state = 'decided') = (address_id IS NOT NULL)", name="decided"),
    UniqueConstraint("normal"),
    comment="The review queue: texts sent in on purpose whose address was not certain, and what a "
    "person decided that they mean.",
)
