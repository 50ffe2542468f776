"""The audit log, chained by hash; what is known of people, kept apart and erasable."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, UUID

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_SQL: Final = Path(__file__).parents[1] / "sql" / "0015_audit.sql"
_INSTANT: Final = sa.DateTime(timezone=True)
_NOW: Final = sa.text("clock_timestamp()")

# Rows that are written once: the log holds their digests, and a check finds one that changed.
_WRITTEN: Final = {"revision": "number", "patrol_plan": "id", "case_event": "id"}
# Rows whose every change is noted, and the columns that no digest covers.
_CHANGING: Final = {
    "account": "password_hash",
    "account_role": None,
    "api_key": "secret_sha256",
    "one_time_link": "token_sha256",
}
# Rows that nobody changes any more, and that nothing kept from it until now.
_KEPT: Final = ("patrol_plan", "patrol_stop")

_FUNCTIONS: Final = (
    "note_conversion()",
    "chain_row()",
    "digest_of(anyelement, text[])",
    "keep_audit()",
    "seal_audit()",
    "open_audit()",
    "audit_hash(bytea, bigint, timestamptz, text, text, text, text)",
)


def upgrade() -> None:
    _create_audit()
    _create_personal()
    op.get_bind().exec_driver_sql(_SQL.read_text(encoding="utf-8").replace("%", "%%"))
    for table, key in _WRITTEN.items():
        _chain(table, key)
    for table, secret in _CHANGING.items():
        _follow(table, secret)
    for table in _KEPT:
        op.execute(
            f"CREATE TRIGGER keep_row BEFORE UPDATE OR DELETE ON gisgrid.{table} "
            f"FOR EACH ROW EXECUTE FUNCTION gisgrid.keep_row()"
        )


def _chain(table: str, key: str) -> None:
    """Put the rows that are there into the log, and every one that comes."""
    _note_all(table, key, "")
    op.execute(
        f"CREATE TRIGGER chain_row AFTER INSERT ON gisgrid.{table} "
        f"FOR EACH ROW EXECUTE FUNCTION gisgrid.chain_row('{key}')"
    )


def _follow(table: str, secret: str | None) -> None:
    """Put the rows that are there into the log, and every change of one."""
    _note_all(table, "id", secret or "")
    left_out = f", '{secret}'" if secret else ""
    op.execute(
        f"CREATE TRIGGER chain_row AFTER INSERT OR UPDATE OR DELETE ON gisgrid.{table} "
        f"FOR EACH ROW EXECUTE FUNCTION gisgrid.chain_row('id'{left_out})"
    )


def _note_all(table: str, key: str, left_out: str) -> None:
    op.execute(
        f"INSERT INTO gisgrid.audit_event (actor_ref, action, subject, digest) "
        f"SELECT 'system', '{table}.insert', '{table}:' || {key}, "
        f"gisgrid.digest_of(t, '{{{left_out}}}') FROM gisgrid.{table} AS t ORDER BY {key}"
    )
    # What waits for the commit would stand in the way of later migrations of the transaction.
    op.execute("SET CONSTRAINTS gisgrid.seal_audit IMMEDIATE")
    op.execute("SET CONSTRAINTS gisgrid.seal_audit DEFERRED")


def _create_audit() -> None:
    op.create_table(
        "audit_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=True),
        sa.Column("at", _INSTANT, server_default=_NOW, nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("actor_ref", "action", "subject")
        ),
        sa.Column("digest", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("previous", sa.LargeBinary(), nullable=True),
        sa.Column("hash", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            r"actor_ref ~ '^[^\s[:cntrl:]]{1,100}$'", name=op.f("ck_audit_event_actor_ref")
        ),
        sa.CheckConstraint(
            "action ~ '^[a-z][a-z0-9_.-]{0,79}$'", name=op.f("ck_audit_event_action")
        ),
        sa.CheckConstraint(
            r"subject ~ '^[a-z_-]+:[0-9A-Za-z_.:/-]{1,120}$'", name=op.f("ck_audit_event_subject")
        ),
        sa.CheckConstraint("digest ~ '^([0-9a-f]{64})?$'", name=op.f("ck_audit_event_digest")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
        sa.UniqueConstraint("position", name=op.f("uq_audit_event_position")),
        schema="gisgrid",
        comment="Who did what to what, by references only. Sealed in the order of commits: each "
        "row's hash covers the hash before it. Rows are only added.",
    )
    op.create_index("ix_audit_event_subject", "audit_event", ["subject"], schema="gisgrid")


def _create_personal() -> None:
    op.create_table(
        "personal",
        sa.Column(
            "id", UUID(as_uuid=True), server_default=sa.text("gen_random_uuid()"), nullable=False
        ),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("fields", JSONB(), nullable=True),
        sa.Column("made_at", _INSTANT, server_default=_NOW, nullable=False),
        sa.Column("keep_until", _INSTANT, nullable=True),
        sa.Column("erased_at", _INSTANT, nullable=True),
        sa.CheckConstraint(
            "kind IN ('reporter', 'sender', 'staff')", name=op.f("ck_personal_kind")
        ),
        sa.CheckConstraint(
            "(fields IS NULL) = (erased_at IS NOT NULL)", name=op.f("ck_personal_erased_at")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_personal")),
        schema="gisgrid",
        comment="Names and telephone numbers. All other tables hold the id only; erasing empties "
        "the row and leaves the id.",
    )
    op.create_index(
        "ix_personal_keep_until",
        "personal",
        ["keep_until"],
        schema="gisgrid",
        postgresql_where=sa.text("erased_at IS NULL"),
    )


def downgrade() -> None:
    for table in _KEPT:
        op.execute(f"DROP TRIGGER keep_row ON gisgrid.{table}")
    for table in (*_WRITTEN, *_CHANGING):
        op.execute(f"DROP TRIGGER chain_row ON gisgrid.{table}")
    op.execute("DROP TRIGGER note_conversion ON gisgrid.import_run")
    op.drop_table("personal", schema="gisgrid")
    op.drop_table("audit_event", schema="gisgrid")
    for function in _FUNCTIONS:
        op.execute(f"DROP FUNCTION gisgrid.{function}")
