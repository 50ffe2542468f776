"""Who may come in: accounts, their roles, keys, sessions and links, and no secret in clear."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from gisgrid.store.tables.base import code_text, identity, instant, metadata

__all__ = [
    "account",
    "account_role",
    "api_key",
    "login_attempt",
    "login_session",
    "one_time_link",
]


def _digest(name: str) -> list[Column[bytes] | CheckConstraint]:
    """A column for the SHA-256 of a secret that has at least 128 random bits."""
    return [
        Column(name, LargeBinary, nullable=False),
        CheckConstraint(f"octet_length({name}) = 32", name=name),
    ]


def _made() -> Column[object]:
    return Column("made_at", instant(), nullable=False, server_default=text("clock_timestamp()"))


account = Table(
    "account",
    metadata,
    identity(),
    Column("name", code_text(), nullable=False),
    Column("password_hash", Text),
    Column("password_at", instant()),
    Column("department", code_text(), nullable=False, server_default=text("''")),
    Column("person_id", BigInteger),
    _made(),
    Column("disabled_at", instant()),
    UniqueConstraint("name"),
    CheckConstraint("name <> ''", name="name"),
    CheckConstraint("(password_hash IS NULL) = (password_at IS NULL)", name="password"),
    comment="Who may come in; without a password only by keys. One is disabled, never deleted.",
)

account_role = Table(
    "account_role",
    metadata,
    identity(),
    Column("account_id", ForeignKey("account.id"), nullable=False),
    Column("role", Text, nullable=False),
    Column("whole", Boolean, nullable=False, server_default=text("false")),
    Column("grid_id", ForeignKey("grid.id")),
    Column("police_id", ForeignKey("grid.id")),
    Column("valid_from", instant(), nullable=False, server_default=text("clock_timestamp()")),
    Column("valid_to", instant()),
    Column("given_by", Text, nullable=False),
    Column("withdrawn_by", Text, nullable=False, server_default=text("''")),
    CheckConstraint(
        "role IN ('resident', 'client', 'member', 'officer', 'planner', 'reviewer', 'chief', "
        "'admin')",
        name="role",
    ),
    CheckConstraint(
        "whole::integer + num_nonnulls(grid_id, police_id) = 1",
        name="scope",
    ),
    Index("ix_account_role_account_id", "account_id"),
    comment="A role of an account for some time: in the whole district, in the subtree of a grid, "
    "or in a police area.",
)

api_key = Table(
    "api_key",
    metadata,
    identity(),
    Column("account_id", ForeignKey("account.id"), nullable=False),
    Column("prefix", code_text(), nullable=False),
    *_digest("secret_sha256"),
    Column("label", Text, nullable=False, server_default=text("''")),
    Column("rights", ARRAY(Text), nullable=False),
    Column("per_second", Integer, nullable=False, server_default=text("0")),
    _made(),
    Column("expires_at", instant(), nullable=False),
    Column("revoked_at", instant()),
    UniqueConstraint("prefix"),
    CheckConstraint("per_second >= 0", name="per_second"),
    Index("ix_api_key_account_id", "account_id"),
    comment="API keys: what each may be used for, until when, how often (0: no limit of its own).",
)

login_session = Table(
    "login_session",
    metadata,
    identity(),
    Column("account_id", ForeignKey("account.id"), nullable=False),
    *_digest("token_sha256"),
    _made(),
    Column("seen_at", instant(), nullable=False, server_default=text("clock_timestamp()")),
    Column("expires_at", instant(), nullable=False),
    Column("ended_at", instant()),
    UniqueConstraint("token_sha256"),
    Index("ix_login_session_account_id", "account_id"),
    comment="Sessions of browsers: over when ended, expired, or not seen for the idle time.",
)

one_time_link = Table(
    "one_time_link",
    metadata,
    identity(),
    *_digest("token_sha256"),
    Column("purpose", Text, nullable=False),
    Column("account_id", ForeignKey("account.id")),
    _made(),
    Column("expires_at", instant(), nullable=False),
    Column("used_at", instant()),
    UniqueConstraint("token_sha256"),
    CheckConstraint("purpose IN ('first-admin', 'set-password')", name="purpose"),
    CheckConstraint("(purpose = 'set-password') = (account_id IS NOT NULL)", name="account"),
    comment="Links by which a password is set, once; the first makes the administrator.",
)

login_attempt = Table(
    "login_attempt",
    metadata,
    Column("subject_sha256", LargeBinary, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_at", instant(), nullable=False),
    comment="Failed logins in a row by name and by address, both as digests: each waits longer "
    "than the one before. Forgotten after a day.",
)
