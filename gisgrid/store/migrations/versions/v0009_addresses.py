"""Other names of addresses, and the queue of texts that a person shall decide."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_alias()
    _create_review()


def downgrade() -> None:
    op.drop_table("address_review", schema="gisgrid")
    op.drop_table("address_alias", schema="gisgrid")


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False)


def _word(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default=sa.text("''"), nullable=False)


def _code(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(collation="C"), nullable=False)


def _moment(name: str) -> sa.Column[object]:
    now = sa.text("clock_timestamp()")
    return sa.Column(name, sa.DateTime(timezone=True), server_default=now, nullable=False)


def _create_alias() -> None:
    op.create_table(
        "address_alias",
        _id(),
        _code("name"),
        _code("means"),
        sa.Column("kind", sa.Text(), nullable=False),
        _word("source"),
        _moment("made_at"),
        _word("made_by"),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        _word("ended_by"),
        sa.CheckConstraint(
            "kind IN ('estate', 'old-name', 'other')", name=op.f("ck_address_alias_kind")
        ),
        sa.CheckConstraint(
            "name <> '' AND means <> '' AND name <> means", name=op.f("ck_address_alias_names")
        ),
        sa.CheckConstraint(
            "ended_at IS NOT NULL OR ended_by = ''", name=op.f("ck_address_alias_ended")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_alias")),
        schema="gisgrid",
        comment="Names that stand for a road, or for the beginning of a standard address; one that "
        "has ended stays on record.",
    )
    op.create_index(
        "uq_address_alias_open",
        "address_alias",
        ["name", "means"],
        unique=True,
        schema="gisgrid",
        postgresql_where=sa.text("ended_at IS NULL"),
    )


def _create_review() -> None:
    op.create_table(
        "address_review",
        _id(),
        sa.Column("text", sa.Text(), nullable=False),
        _code("normal"),
        sa.Column("status", sa.Text(), nullable=False),
        *(_word(name) for name in ("reason", "source")),
        sa.Column("seen", sa.Integer(), server_default=sa.text("1"), nullable=False),
        *(_moment(name) for name in ("first_seen", "last_seen")),
        sa.Column("state", sa.Text(), server_default=sa.text("'open'"), nullable=False),
        sa.Column("address_id", sa.BigInteger(), nullable=True),
        _word("chosen"),
        sa.Column("alias_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        _word("decided_by"),
        sa.CheckConstraint(
            "status IN ('ambiguous', 'unknown', 'outside')",
            name=op.f("ck_address_review_status"),
        ),
        sa.CheckConstraint(
            "state IN ('open', 'decided', 'dismissed')", name=op.f("ck_address_review_state")
        ),
        sa.CheckConstraint("seen > 0", name=op.f("ck_address_review_seen")),
        sa.CheckConstraint(
            "(state = 'open') = (decided_at IS NULL)", name=op.f("ck_address_review_closed")
        ),
        sa.CheckConstraint(
            "(state = 'decided') = (address_id IS NOT NULL)",
            name=op.f("ck_address_review_decided"),
        ),
        sa.ForeignKeyConstraint(
            ["alias_id"], ["gisgrid.address_alias.id"], name=op.f("fk_address_review_alias_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_review")),
        sa.UniqueConstraint("normal", name=op.f("uq_address_review_normal")),
        schema="gisgrid",
        comment="The review queue: texts sent in on purpose whose address was not certain, and "
        "what a person decided that they mean.",
    )
