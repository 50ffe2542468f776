"""What was done, chained by hash over references; and what is known of people, kept apart."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, LargeBinary, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB, UUID

from gisgrid.store.tables.base import identity, instant, metadata

__all__ = ["audit_event", "personal"]

audit_event = Table(
    "audit_event",
    metadata,
    identity(),
    Column("position", BigInteger, unique=True),
    Column("at", instant(), nullable=False, server_default=text("clock_timestamp()")),
    Column("actor_ref", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("digest", Text, nullable=False, server_default=text("''")),
    Column("previous", LargeBinary),
    Column("hash", LargeBinary),
    # No space and no line break: a reference is no place for a name, and the hash joins by lines.
    CheckConstraint(r"actor_ref ~ '^[^\s[:cntrl:]]{1,100}$'", name="actor_ref"),
    CheckConstraint("action ~ '^[a-z][a-z0-9_.-]{0,79}$'", name="action"),
    CheckConstraint(r"subject ~ '^[a-z_-]+:[0-9A-Za-z_.:/-]{1,120}$'", name="subject"),
    CheckConstraint("digest ~ '^([0-9a-f]{64})?$'", name="digest"),
    Index("ix_audit_event_subject", "subject"),
    comment="Who did what to what, by references only. Sealed in the order of commits: each row's "
    "hash covers the hash before it. Rows are only added.",
)

personal = Table(
    "personal",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True, server_default=text("gen_random_uuid()")),
    Column("kind", Text, nullable=False),
    Column("fields", JSONB(none_as_null=True)),
    Column("made_at", instant(), nullable=False, server_default=text("clock_timestamp()")),
    Column("keep_until", instant()),
    Column("erased_at", instant()),
    CheckConstraint("kind IN ('reporter', 'sender', 'staff')", name="kind"),
    CheckConstraint("(fields IS NULL) = (erased_at IS NOT NULL)", name="erased_at"),
    Index(
        "ix_personal_keep_until",
        "keep_until",
        postgresql_where=text("erased_at IS NULL"),
    ),
    comment="Names and telephone numbers. All other tables hold the id only; erasing empties the "
    "row and leaves the id.",
)
