"""Cases: where they stand, what was done, the departments called, and the words kept apart."""

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
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
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

__all__ = ["case_call", "case_event", "case_file", "case_note", "case_text"]

_OPEN = "stage NOT IN ('closed', 'refused', 'merged', 'not-responsible')"
_NO_TEXT = text("''")
_NO = text("false")

# Facilities and campaigns have no foreign keys: their tables come and go with their own records.
case_file = Table(
    "case_file",
    metadata,
    identity(),
    *owned_columns(),
    Column("number", code_text(), nullable=False),
    Column("category", code_text(), nullable=False),
    Column("severity", SmallInteger, nullable=False),
    Column("source", Text, nullable=False),
    Column("channel", Text, nullable=False, server_default=_NO_TEXT),
    Column("stage", Text, nullable=False, server_default=text("'reported'")),
    Column("escalated", Boolean, nullable=False, server_default=_NO),
    Column("confidential", Boolean, nullable=False, server_default=_NO),
    Column("found_by_staff", Boolean, nullable=False, server_default=_NO),
    Column("reported_at", instant(), nullable=False),
    Column("stage_since", instant(), nullable=False),
    Column("heard_at", instant(), nullable=False),
    Column("closed_at", instant()),
    Column("due_at", instant()),
    Column("lead_department", code_text(), nullable=False, server_default=_NO_TEXT),
    Column("merged_into_id", ForeignKey("case_file.id")),
    Column("relapse_of_id", ForeignKey("case_file.id")),
    Column("campaign_task_id", BigInteger),
    Column("campaign_item_id", BigInteger),
    Column("facility_id", BigInteger),
    Column("reporter_ref", Uuid),
    Column("code_hash", LargeBinary),
    Column("rating", SmallInteger),
    Column("version", Integer, nullable=False, server_default=text("1")),
    UniqueConstraint("source_id"),
    UniqueConstraint("number"),
    UniqueConstraint("code_hash"),
    CheckConstraint("severity BETWEEN 1 AND 3", name="severity"),
    CheckConstraint("rating BETWEEN 1 AND 5", name="rating"),
    CheckConstraint(
        "stage IN ('reported', 'accepted', 'dispatched', 'in-progress', 'feedback', 'verified', "
        "'closed', 'refused', 'merged', 'not-responsible')",
        name="stage",
    ),
    CheckConstraint("(stage = 'merged') = (merged_into_id IS NOT NULL)", name="merged"),
    CheckConstraint(
        "(closed_at IS NULL) = (stage NOT IN ('closed', 'refused', 'merged', 'not-responsible'))",
        name="closed",
    ),
    Index("ix_case_file_open_due_at_number", "due_at", "number", postgresql_where=text(_OPEN)),
    Index("ix_case_file_stage_id", "stage", "id"),
    Index(
        "ix_case_file_merged_into_id",
        "merged_into_id",
        postgresql_where=text("merged_into_id IS NOT NULL"),
    ),
    Index("ix_case_file_reported_at_number", "reported_at", "number"),
    Index("ix_case_file_unit_id", "unit_id"),
    *owned_constraints("case_file"),
    comment="Cases (案件): a problem that was reported, and where it stands.",
)

case_text = Table(
    "case_text",
    metadata,
    Column("case_id", ForeignKey("case_file.id"), primary_key=True),
    Column("description", Text, nullable=False, server_default=_NO_TEXT),
    Column("place", Text, nullable=False, server_default=_NO_TEXT),
    comment="What was said of a case; words can be erased without touching what was done.",
)

case_note = Table(
    "case_note",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("case_id", ForeignKey("case_file.id"), nullable=False),
    Column("words", Text),
    Index("ix_case_note_case_id", "case_id"),
    comment="Reasons and replies that events refer to; null where they were erased.",
)

case_event = Table(
    "case_event",
    metadata,
    identity(),
    Column("case_id", ForeignKey("case_file.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("action", Text, nullable=False),
    Column("from_stage", Text),
    Column("to_stage", Text, nullable=False),
    Column("at", instant(), nullable=False),
    Column("actor_ref", Text, nullable=False),
    Column("department", code_text(), nullable=False, server_default=_NO_TEXT),
    Column("about", code_text(), nullable=False, server_default=_NO_TEXT),
    Column("reason_ref", Uuid),
    UniqueConstraint("case_id", "version"),
    Index("ix_case_event_at", "at"),
    comment="What was done with cases, step by step: who by a reference, when, and why. Rows are "
    "only added, and there is one for each version of a case.",
)

case_call = Table(
    "case_call",
    metadata,
    identity(),
    Column("case_id", ForeignKey("case_file.id"), nullable=False),
    Column("department", code_text(), nullable=False),
    Column("role", Text, nullable=False),
    Column("clock", Text, nullable=False),
    Column("called_at", instant(), nullable=False),
    Column("due_at", instant(), nullable=False),
    Column("reported_in_at", instant()),
    Column("left_at", instant()),
    Column("done_at", instant()),
    CheckConstraint("role IN ('lead', 'helper')", name="role"),
    Index(
        "uq_case_call_department",
        "case_id",
        "department",
        unique=True,
        postgresql_where=text("left_at IS NULL"),
    ),
    Index(
        "uq_case_call_lead",
        "case_id",
        unique=True,
        postgresql_where=text("role = 'lead' AND left_at IS NULL"),
    ),
    Index("ix_case_call_department", "department", "case_id"),
    Index(
        "ix_case_call_due_at",
        "due_at",
        postgresql_where=text("reported_in_at IS NULL AND left_at IS NULL"),
    ),
    comment="Departments that were called to a case (网格吹哨、部门报到), and when they came.",
)
