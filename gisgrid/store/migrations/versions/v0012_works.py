"""Facilities and their upkeep; deliberation, mediation and evidence of cases."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_LEVELS: Final = ("area", "unit", "micro", "police")

_ASSIGN: Final = """
CREATE TRIGGER wait_for_publish BEFORE INSERT OR UPDATE ON gisgrid.facility
    FOR EACH STATEMENT EXECUTE FUNCTION gisgrid.wait_for_publish();
CREATE TRIGGER assign_on_insert BEFORE INSERT ON gisgrid.facility FOR EACH ROW
    WHEN (current_setting('gisgrid.bulk', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION gisgrid.assign_owners();
CREATE TRIGGER assign_on_move BEFORE UPDATE OF point ON gisgrid.facility FOR EACH ROW
    WHEN (ST_AsEWKB(OLD.point) IS DISTINCT FROM ST_AsEWKB(NEW.point)
          AND current_setting('gisgrid.bulk', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION gisgrid.assign_owners()
"""

# The function is that of the visits of patrols: what is on record is not changed.
_KEEP: Final = """
CREATE TRIGGER keep_row BEFORE UPDATE OR DELETE ON gisgrid.{table}
    FOR EACH ROW EXECUTE FUNCTION gisgrid.keep_row()
"""

_KEPT: Final = (
    *("facility_upkeep", "facility_due", "deliberation_entry", "mediation_session"),
    "deliberation_attendee",
)
_TABLES: Final = (
    *("facility", "facility_upkeep", "facility_due", "deliberation", "deliberation_attendee"),
    *("deliberation_entry", "deliberation_option", "mediation", "mediation_session"),
    "case_evidence",
)

# Whatever closes a case or opens it again, what it sprang from follows. The day is that of the
# zone which the transaction names.
_FOLLOW: Final = """
CREATE FUNCTION gisgrid.follow_case() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    zone text := coalesce(nullif(current_setting('gisgrid.zone', true), ''), 'Asia/Shanghai');
    day date := (NEW.closed_at AT TIME ZONE zone)::date;
BEGIN
    IF NEW.stage = 'closed' THEN
        UPDATE gisgrid.campaign_item SET done_on = day
        WHERE id = NEW.campaign_item_id AND done_on IS NULL;
        INSERT INTO gisgrid.facility_upkeep (facility_id, done_on, note)
        SELECT facility_id, day, NEW.number FROM gisgrid.facility_due
        WHERE case_id = NEW.id AND reason = 'upkeep';
    ELSIF OLD.stage = 'closed' THEN
        UPDATE gisgrid.campaign_item SET done_on = NULL WHERE id = NEW.campaign_item_id;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER follow_case AFTER UPDATE OF stage ON gisgrid.case_file FOR EACH ROW
    WHEN (OLD.stage IS DISTINCT FROM NEW.stage AND 'closed' IN (OLD.stage, NEW.stage))
    EXECUTE FUNCTION gisgrid.follow_case()
"""


def upgrade() -> None:
    _create_facility()
    _create_upkeep()
    _create_due()
    _create_deliberation()
    _create_attendee()
    _create_entry()
    _create_option()
    _create_mediation()
    _create_session()
    _create_evidence()
    op.execute(_ASSIGN)
    op.execute(_FOLLOW)
    for table in _KEPT:
        op.execute(_KEEP.format(table=table))


def downgrade() -> None:
    op.execute("DROP FUNCTION gisgrid.follow_case() CASCADE")
    for table in reversed(_TABLES):
        op.drop_table(table, schema="gisgrid")


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False)


def _words(*names: str) -> list[sa.Column[str]]:
    return [
        sa.Column(name, sa.Text(), server_default=sa.text("''"), nullable=False) for name in names
    ]


def _recorded() -> sa.Column[object]:
    now = sa.text("clock_timestamp()")
    return sa.Column("made_at", sa.DateTime(timezone=True), server_default=now, nullable=False)


def _moment(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=True)


def _code(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(collation="C"), server_default=sa.text("''"), nullable=False)


def _parent(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _belongs(table: str, column: str, parent: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"gisgrid.{parent}.id"], name=op.f(f"fk_{table}_{column}")
    )


def _check(table: str, name: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}"))


def _create_facility() -> None:
    op.create_table(
        "facility",
        _id(),
        sa.Column("source_id", sa.Text(collation="C"), nullable=False),
        sa.Column("import_id", sa.BigInteger(), nullable=True),
        sa.Column("point", Geometry("POINT", srid=4326, spatial_index=False), nullable=False),
        *(sa.Column(f"{level}_id", sa.BigInteger(), nullable=True) for level in _LEVELS),
        sa.Column("on_border", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("assigned_how", sa.Text(), server_default=sa.text("'trigger'"), nullable=False),
        sa.Column("assigned_revision", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("kind", sa.Text(collation="C"), nullable=False),
        *_words("name"),
        sa.Column("installed_on", sa.Date(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("upkeep_every_days", sa.Integer(), nullable=True),
        sa.Column("retired_on", sa.Date(), nullable=True),
        _check("facility", "upkeep_every_days", "upkeep_every_days > 0"),
        _check("facility", "assigned_how", "assigned_how IN ('trigger', 'bulk', 'manual')"),
        _belongs("facility", "import_id", "import_run"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_facility")),
        sa.UniqueConstraint("source_id", name=op.f("uq_facility_source_id")),
        schema="gisgrid",
        comment="Facilities with upkeep and expiry: drying areas, sheds, ramps, fire equipment.",
    )
    op.create_index("ix_facility_micro_id", "facility", ["micro_id"], schema="gisgrid")
    op.create_index(
        "ix_facility_point", "facility", ["point"], schema="gisgrid", postgresql_using="gist"
    )


def _create_upkeep() -> None:
    op.create_table(
        "facility_upkeep",
        _id(),
        sa.Column("facility_id", sa.BigInteger(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column(
            "expires_on", sa.Date(), nullable=True, comment="the new one, where it was replaced"
        ),
        *_words("actor_ref", "note"),
        _recorded(),
        _belongs("facility_upkeep", "facility_id", "facility"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_facility_upkeep")),
        schema="gisgrid",
        comment="Each time that a facility was seen to; never changed.",
    )
    op.create_index(
        "ix_facility_upkeep_facility_id_done_on",
        "facility_upkeep",
        ["facility_id", "done_on"],
        schema="gisgrid",
    )


def _create_due() -> None:
    op.create_table(
        "facility_due",
        _parent("facility_id"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        _parent("case_id"),
        _recorded(),
        _check("facility_due", "reason", "reason IN ('expiry', 'upkeep')"),
        _belongs("facility_due", "facility_id", "facility"),
        _belongs("facility_due", "case_id", "case_file"),
        sa.PrimaryKeyConstraint("facility_id", "reason", "due_on", name=op.f("pk_facility_due")),
        schema="gisgrid",
        comment="The case that sprang from a facility on the day that it was due: one for each.",
    )
    op.create_index("ix_facility_due_case_id", "facility_due", ["case_id"], schema="gisgrid")


def _create_deliberation() -> None:
    table = "deliberation"
    op.create_table(
        table,
        _id(),
        _parent("case_id"),
        sa.Column("subject", sa.Text(), nullable=False),
        *_words("place"),
        sa.Column("convener_ref", sa.Text(), nullable=False),
        _code("convener_department"),
        sa.Column("state", sa.Text(), server_default=sa.text("'open'"), nullable=False),
        _moment("held_at"),
        *_words("poll_question", "poll_reason"),
        sa.Column("poll_households", sa.Integer(), nullable=True),
        *_words("outcome"),
        sa.Column("facility_id", sa.BigInteger(), nullable=True),
        _moment("closed_at"),
        _recorded(),
        _check(table, "state", "state IN ('open', 'held', 'closed')"),
        _check(table, "held", "(state = 'open') = (held_at IS NULL)"),
        _check(table, "closed", "(state = 'closed') = (closed_at IS NOT NULL)"),
        _check(table, "outcome", "(state = 'closed') = (outcome <> '')"),
        _check(table, "poll", "(poll_question = '') = (poll_households IS NULL)"),
        _check(table, "poll_households", "poll_households > 0"),
        _belongs(table, "case_id", "case_file"),
        _belongs(table, "facility_id", "facility"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliberation")),
        schema="gisgrid",
        comment="One matter, one meeting (一事一议): who convened it, the poll of residents, and "
        "what came of it.",
    )
    op.create_index("ix_deliberation_case_id", table, ["case_id"], schema="gisgrid")
    _create_unique_open(table, "state <> 'closed'")


def _create_unique_open(table: str, rule: str) -> None:
    """A case has one at a time."""
    op.create_index(
        f"uq_{table}_open",
        table,
        ["case_id"],
        unique=True,
        schema="gisgrid",
        postgresql_where=sa.text(rule),
    )


def _create_attendee() -> None:
    table = "deliberation_attendee"
    op.create_table(
        table,
        _parent("deliberation_id"),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        _code("department"),
        *_words("role"),
        _check(table, "who", "department <> '' OR role <> ''"),
        _belongs(table, "deliberation_id", "deliberation"),
        sa.PrimaryKeyConstraint("deliberation_id", "position", name=op.f(f"pk_{table}")),
        schema="gisgrid",
        comment="Who sits at the table: a department, or in what role somebody comes; no names.",
    )


def _create_entry() -> None:
    table = "deliberation_entry"
    op.create_table(
        table,
        _id(),
        _parent("deliberation_id"),
        sa.Column("kind", sa.Text(), nullable=False),
        _code("department"),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("actor_ref", sa.Text(), nullable=False),
        _recorded(),
        _check(table, "kind", "kind IN ('ruling', 'funding-advice', 'opinion')"),
        _belongs(table, "deliberation_id", "deliberation"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        schema="gisgrid",
        comment="What was said: rulings on the law, advice on funding, opinions; rows are only "
        "added.",
    )
    op.create_index(f"ix_{table}_deliberation_id", table, ["deliberation_id"], schema="gisgrid")


def _create_option() -> None:
    table = "deliberation_option"
    op.create_table(
        table,
        _parent("deliberation_id"),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("votes", sa.Integer(), nullable=True),
        _check(table, "votes", "votes >= 0"),
        _belongs(table, "deliberation_id", "deliberation"),
        sa.PrimaryKeyConstraint("deliberation_id", "position", name=op.f(f"pk_{table}")),
        schema="gisgrid",
        comment="What residents could choose in the poll, and how many did: counts, never names.",
    )


def _create_mediation() -> None:
    table = "mediation"
    op.create_table(
        table,
        _id(),
        _parent("case_id"),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("police_station", "justice_office", "law_firm")
        ),
        sa.Column("state", sa.Text(), server_default=sa.text("'open'"), nullable=False),
        sa.Column("actor_ref", sa.Text(), nullable=False),
        *_words("agreement_sha256"),
        _moment("closed_at"),
        _recorded(),
        _check(table, "state", "state IN ('open', 'agreed', 'failed', 'withdrawn')"),
        _check(table, "closed", "(state = 'open') = (closed_at IS NULL)"),
        _check(table, "agreement", "(state = 'agreed') = (agreement_sha256 ~ '^[0-9a-f]{64}$')"),
        _belongs(table, "case_id", "case_file"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mediation")),
        schema="gisgrid",
        comment="Mediation by police station, justice office and law firm (三所联动); of an "
        "agreement its digest alone.",
    )
    op.create_index("ix_mediation_case_id", table, ["case_id"], schema="gisgrid")
    _create_unique_open(table, "state = 'open'")


def _create_session() -> None:
    table = "mediation_session"
    op.create_table(
        table,
        _id(),
        _parent("mediation_id"),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        *_words("place", "note"),
        sa.Column("actor_ref", sa.Text(), nullable=False),
        _recorded(),
        _belongs(table, "mediation_id", "mediation"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        schema="gisgrid",
        comment="When the three offices sat together with the parties; rows are only added.",
    )
    op.create_index(f"ix_{table}_mediation_id", table, ["mediation_id"], schema="gisgrid")


def _create_evidence() -> None:
    table = "case_evidence"
    op.create_table(
        table,
        _id(),
        _parent("case_id"),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("jpeg", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("taken_on", sa.Date(), nullable=False),
        sa.Column("actor_ref", sa.Text(), nullable=False),
        _recorded(),
        _check(table, "stage", "stage IN ('before', 'during', 'after')"),
        _check(table, "sha256", "sha256 = encode(sha256(jpeg), 'hex')"),
        _belongs(table, "case_id", "case_file"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("case_id", "sha256", name=op.f(f"uq_{table}_case_id_sha256")),
        schema="gisgrid",
        comment="Pictures of a case, made anew from their pixels: no place, camera or name in "
        "them.",
    )
