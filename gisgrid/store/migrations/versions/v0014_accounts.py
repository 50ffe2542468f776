"""Accounts, their roles, API keys, sessions of browsers, and links to set a password."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_TABLES = (
    "login_attempt",
    "one_time_link",
    "login_session",
    "api_key",
    "account_role",
    "account",
)


def upgrade() -> None:
    _create_account()
    _create_role()
    _create_key()
    _create_session()
    _create_link()
    _create_attempt()


def downgrade() -> None:
    for table in _TABLES:
        op.drop_table(table, schema="gisgrid")


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False)


def _word(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default=sa.text("''"), nullable=False)


def _code(name: str, default: sa.TextClause | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.Text(collation="C"), server_default=default, nullable=False)


def _moment(name: str) -> sa.Column[object]:
    now = sa.text("clock_timestamp()")
    return sa.Column(name, sa.DateTime(timezone=True), server_default=now, nullable=False)


def _later(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _digest(table: str, name: str) -> list[sa.Column[bytes] | sa.CheckConstraint]:
    return [
        sa.Column(name, sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(f"octet_length({name}) = 32", name=op.f(f"ck_{table}_{name}")),
    ]


def _account(
    table: str, *, nullable: bool = False
) -> list[sa.Column[int] | sa.ForeignKeyConstraint]:
    return [
        sa.Column("account_id", sa.BigInteger(), nullable=nullable),
        sa.ForeignKeyConstraint(
            ["account_id"], ["gisgrid.account.id"], name=op.f(f"fk_{table}_account_id")
        ),
    ]


def _create_account() -> None:
    op.create_table(
        "account",
        _id(),
        _code("name"),
        sa.Column("password_hash", sa.Text(), nullable=True),
        _later("password_at"),
        _code("department", sa.text("''")),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        _moment("made_at"),
        _later("disabled_at"),
        sa.CheckConstraint("name <> ''", name=op.f("ck_account_name")),
        sa.CheckConstraint(
            "(password_hash IS NULL) = (password_at IS NULL)", name=op.f("ck_account_password")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("name", name=op.f("uq_account_name")),
        schema="gisgrid",
        comment="Who may come in; without a password only by keys. One is disabled, never deleted.",
    )


def _create_role() -> None:
    op.create_table(
        "account_role",
        _id(),
        *_account("account_role"),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("whole", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=True) for name in ("grid_id", "police_id")),
        _moment("valid_from"),
        _later("valid_to"),
        sa.Column("given_by", sa.Text(), nullable=False),
        _word("withdrawn_by"),
        sa.CheckConstraint(
            "role IN ('resident', 'client', 'member', 'officer', 'planner', 'reviewer', "
            "'chief', 'admin')",
            name=op.f("ck_account_role_role"),
        ),
        sa.CheckConstraint(
            "whole::integer + num_nonnulls(grid_id, police_id) = 1",
            name=op.f("ck_account_role_scope"),
        ),
        *(
            sa.ForeignKeyConstraint(
                [name], ["gisgrid.grid.id"], name=op.f(f"fk_account_role_{name}")
            )
            for name in ("grid_id", "police_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_role")),
        schema="gisgrid",
        comment="A role of an account for some time: in the whole district, in the subtree of a "
        "grid, or in a police area.",
    )
    _index_account("account_role")


def _create_key() -> None:
    op.create_table(
        "api_key",
        _id(),
        *_account("api_key"),
        _code("prefix"),
        *_digest("api_key", "secret_sha256"),
        _word("label"),
        sa.Column("rights", ARRAY(sa.Text()), nullable=False),
        sa.Column("per_second", sa.Integer(), server_default=sa.text("0"), nullable=False),
        _moment("made_at"),
        _later("expires_at", nullable=False),
        _later("revoked_at"),
        sa.CheckConstraint("per_second >= 0", name=op.f("ck_api_key_per_second")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
        sa.UniqueConstraint("prefix", name=op.f("uq_api_key_prefix")),
        schema="gisgrid",
        comment="API keys: what each may be used for, until when, how often (0: no limit of its "
        "own).",
    )
    _index_account("api_key")


def _create_session() -> None:
    op.create_table(
        "login_session",
        _id(),
        *_account("login_session"),
        *_digest("login_session", "token_sha256"),
        *(_moment(name) for name in ("made_at", "seen_at")),
        _later("expires_at", nullable=False),
        _later("ended_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_session")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_login_session_token_sha256")),
        schema="gisgrid",
        comment="Sessions of browsers: over when ended, expired, or not seen for the idle time.",
    )
    _index_account("login_session")


def _create_link() -> None:
    op.create_table(
        "one_time_link",
        _id(),
        *_digest("one_time_link", "token_sha256"),
        sa.Column("purpose", sa.Text(), nullable=False),
        *_account("one_time_link", nullable=True),
        _moment("made_at"),
        _later("expires_at", nullable=False),
        _later("used_at"),
        sa.CheckConstraint(
            "purpose IN ('first-admin', 'set-password')", name=op.f("ck_one_time_link_purpose")
        ),
        sa.CheckConstraint(
            "(purpose = 'set-password') = (account_id IS NOT NULL)",
            name=op.f("ck_one_time_link_account"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_link")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_one_time_link_token_sha256")),
        schema="gisgrid",
        comment="Links by which a password is set, once; the first makes the administrator.",
    )


def _create_attempt() -> None:
    op.create_table(
        "login_attempt",
        sa.Column("subject_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        _later("last_at", nullable=False),
        sa.PrimaryKeyConstraint("subject_sha256", name=op.f("pk_login_attempt")),
        schema="gisgrid",
        comment="Failed logins in a row by name and by address, both as digests: each waits "
        "longer than the one before. Forgotten after a day.",
    )


def _index_account(table: str) -> None:
    op.create_index(f"ix_{table}_account_id", table, ["account_id"], schema="gisgrid")
