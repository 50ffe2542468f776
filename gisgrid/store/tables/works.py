"""What is done about cases: facilities and their upkeep; deliberation, mediation, evidence."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from gisgrid.store.tables.base import (
    code_text,
    identity,
    instant,
    metadata,
    owned_columns,
    owned_constraints,
)

__all__ = [
    "case_evidence",
    "deliberation",
    "deliberation_attendee",
    "deliberation_entry",
    "deliberation_option",
    "facility",
    "facility_due",
    "facility_upkeep",
    "mediation",
    "mediation_session",
]


def _words(*names: str) -> list[Column[str]]:
    """Texts that may be left out."""
    return [Column(name, Text, nullable=False, server_default=text("''")) for name in names]


def _recorded() -> Column[object]:
    """When a row was written."""
    return Column("made_at", instant(), nullable=False, server_default=text("clock_timestamp()"))


facility = Table(
    "facility",
    metadata,
    identity(),
    *owned_columns(),
    Column("kind", code_text(), nullable=False),
    *_words("name"),
    Column("installed_on", Date),
    Column("expires_on", Date),
    Column("upkeep_every_days", Integer),
    Column("retired_on", Date),
    UniqueConstraint("source_id"),
    CheckConstraint("upkeep_every_days > 0", name="upkeep_every_days"),
    *owned_constraints("facility"),
    comment="Facilities with upkeep and expiry: drying areas, sheds, ramps, fire equipment.",
)

facility_upkeep = Table(
    "facility_upkeep",
    metadata,
    identity(),
    Column("facility_id", ForeignKey("facility.id"), nullable=False),
    Column("done_on", Date, nullable=False),
    Column("expires_on", Date, comment="the new one, where it was replaced"),
    *_words("actor_ref", "note"),
    _recorded(),
    Column("case_id", ForeignKey("case_file.id"), comment="the case whose closing wrote it"),
    UniqueConstraint("case_id"),
    Index("ix_facility_upkeep_facility_id_done_on", "facility_id", "done_on"),
    comment="Each time that a facility was seen to; never changed.",
)

facility_due = Table(
    "facility_due",
    metadata,
    Column("facility_id", ForeignKey("facility.id"), primary_key=True),
    Column("reason", Text, primary_key=True),
    Column("due_on", Date, primary_key=True),
    Column("case_id", ForeignKey("case_file.id"), nullable=False),
    _recorded(),
    CheckConstraint("reason IN ('expiry', 'upkeep')", name="reason"),
    Index("ix_facility_due_case_id", "case_id"),
    comment="The case that sprang from a facility on the day that it was due: one for each.",
)

deliberation = Table(
    "deliberation",
    metadata,
    identity(),
    Column("case_id", ForeignKey("case_file.id"), nullable=False),
    Column("subject", Text, nullable=False),
    *_words("place"),
    Column("convener_ref", Text, nullable=False),
    Column("convener_department", code_text(), nullable=False, server_default=text("''")),
    Column("state", Text, nullable=False, server_default=text("'open'")),
    Column("held_at", instant()),
    *_words("poll_question", "poll_reason"),
    Column("poll_households", Integer),
    *_words("outcome"),
    Column("facility_id", ForeignKey("facility.id")),
    Column("closed_at", instant()),
    _recorded(),
    CheckConstraint("state IN ('open', 'held', 'closed')", name="state"),
    CheckConstraint("(state = 'open') = (held_at IS NULL)", name="held"),
    CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed"),
    CheckConstraint("(state = 'closed') = (outcome <> '')", name="outcome"),
    CheckConstraint("(poll_question = '') = (poll_households IS NULL)", name="poll"),
    CheckConstraint("poll_households > 0", name="poll_households"),
    Index("ix_deliberation_case_id", "case_id"),
    Index(
        "uq_deliberation_open",
        "case_id",
        unique=True,
        postgresql_where=text("state <> 'closed'"),
    ),
    comment="One matter, one meeting (一事一议): who convened it, the poll of residents, and what "
    "came of it.",
)

deliberation_attendee = Table(
    "deliberation_attendee",
    metadata,
    Column("deliberation_id", ForeignKey("deliberation.id"), primary_key=True),
    Column("position", SmallInteger, primary_key=True),
    Column("department", code_text(), nullable=False, server_default=text("''")),
    *_words("role"),
    CheckConstraint("department <> '' OR role <> ''", name="who"),
    comment="Who sits at the table: a department, or in what role somebody comes; no names.",
)

deliberation_entry = Table(
    "deliberation_entry",
    metadata,
    identity(),
    Column("deliberation_id", ForeignKey("deliberation.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("department", code_text(), nullable=False, server_default=text("''")),
    Column("words", Text, nullable=False),
    Column("actor_ref", Text, nullable=False),
    _recorded(),
    CheckConstraint("kind IN ('ruling', 'funding-advice', 'opinion')", name="kind"),
    Index("ix_deliberation_entry_deliberation_id", "deliberation_id"),
    comment="What was said: rulings on the law, advice on funding, opinions; rows are only added.",
)

deliberation_option = Table(
    "deliberation_option",
    metadata,
    Column("deliberation_id", ForeignKey("deliberation.id"), primary_key=True),
    Column("position", SmallInteger, primary_key=True),
    Column("words", Text, nullable=False),
    Column("votes", Integer),
    CheckConstraint("votes >= 0", name="votes"),
    comment="What residents could choose in the poll, and how many did: counts, never names.",
)

mediation = Table(
    "mediation",
    metadata,
    identity(),
    Column("case_id", ForeignKey("case_file.id"), nullable=False),
    Column("police_station", Text, nullable=False),
    Column("justice_office", Text, nullable=False),
    Column("law_firm", Text, nullable=False),
    Column("state", Text, nullable=False, server_default=text("'open'")),
    Column("actor_ref", Text, nullable=False),
    *_words("agreement_sha256"),
    Column("closed_at", instant()),
    _recorded(),
    CheckConstraint("state IN ('open', 'agreed', 'failed', 'withdrawn')", name="state"),
    CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closed"),
    CheckConstraint("(state = 'agreed') = (agreement_sha256 ~ '^[0-9a-f]{64}$')", name="agreement"),
    Index("ix_mediation_case_id", "case_id"),
    Index("uq_mediation_open", "case_id", unique=True, postgresql_where=text("state = 'open'")),
    comment="Mediation by police station, justice office and law firm (三所联动); of an agreement "
    "its digest alone.",
)

mediation_session = Table(
    "mediation_session",
    metadata,
    identity(),
    Column("mediation_id", ForeignKey("mediation.id"), nullable=False),
    Column("held_at", instant(), nullable=False),
    *_words("place", "note"),
    Column("actor_ref", Text, nullable=False),
    _recorded(),
    Index("ix_mediation_session_mediation_id", "mediation_id"),
    comment="When the three offices sat together with the parties; rows are only added.",
)

case_evidence = Table(
    "case_evidence",
    metadata,
    identity(),
    Column("case_id", ForeignKey("case_file.id"), nullable=False),
    Column("stage", Text, nullable=False),
    Column("jpeg", LargeBinary),
    Column("sha256", Text, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("taken_on", Date, nullable=False),
    Column("actor_ref", Text, nullable=False),
    _recorded(),
    Column("erased_at", instant()),
    UniqueConstraint("case_id", "sha256"),
    CheckConstraint("stage IN ('before', 'during', 'after')", name="stage"),
    CheckConstraint("sha256 = encode(sha256(jpeg), 'hex')", name="sha256"),
    CheckConstraint("(jpeg IS NULL) = (erased_at IS NOT NULL)", name="erased_at"),
    comment="Pictures of a case, made anew from their pixels: no place, camera or name in them.",
)
