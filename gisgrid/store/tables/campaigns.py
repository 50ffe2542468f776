"""Campaigns (整治攻坚): phases, tasks with target and actual, what was dealt with, the evidence."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Numeric,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from gisgrid.store.tables.base import (
    code_text,
    geometry,
    identity,
    instant,
    metadata,
    owned_columns,
    owned_constraints,
)

__all__ = [
    "campaign",
    "campaign_evidence",
    "campaign_item",
    "campaign_mark",
    "campaign_phase",
    "campaign_task",
]


def _words(*names: str) -> list[Column[str]]:
    """Texts that may be left out."""
    return [Column(name, Text, nullable=False, server_default=text("''")) for name in names]


campaign = Table(
    "campaign",
    metadata,
    identity(),
    Column("code", code_text(), nullable=False, unique=True),
    Column("name_zh", Text, nullable=False),
    *_words("name_en"),
    Column("grid_id", ForeignKey("grid.id")),
    comment="A dated drive against one kind of trouble in one grid.",
)

campaign_phase = Table(
    "campaign_phase",
    metadata,
    identity(),
    Column("campaign_id", ForeignKey("campaign.id"), nullable=False),
    Column("position", SmallInteger, nullable=False),
    Column("code", code_text(), nullable=False),
    Column("name_zh", Text, nullable=False),
    *_words("name_en"),
    Column("starts", Date, nullable=False),
    Column("ends", Date, nullable=False),
    Column("planned_percent", Numeric),
    UniqueConstraint("campaign_id", "code"),
    CheckConstraint("starts < ends", name="period"),
    CheckConstraint("planned_percent BETWEEN 0 AND 100", name="planned_percent"),
    comment="Half-open periods [starts, ends) of a campaign, and how much is planned to be done "
    "by their end.",
)

campaign_task = Table(
    "campaign_task",
    metadata,
    identity(),
    Column("campaign_id", ForeignKey("campaign.id"), nullable=False),
    Column("position", SmallInteger, nullable=False),
    Column("code", code_text(), nullable=False),
    Column("name_zh", Text, nullable=False),
    *_words("name_en", "unit_zh", "unit_en", "item_zh", "item_en", "done_zh", "done_en"),
    Column("target", Numeric),
    *_words("target_qualifier"),
    Column("actual", Numeric),
    *_words("qualifier", "source"),
    Column("as_of", Date),
    UniqueConstraint("campaign_id", "code"),
    comment="What a campaign set out to do and did, with the figures' qualifiers and source; "
    "what its items are called and what is done with them.",
)

campaign_item = Table(
    "campaign_item",
    metadata,
    identity(),
    *owned_columns(),
    Column("campaign_id", ForeignKey("campaign.id"), nullable=False),
    Column("task_id", ForeignKey("campaign_task.id"), nullable=False),
    Column("building_id", BigInteger, ForeignKey("building.id")),
    Column("floor", SmallInteger),
    *_words("name"),
    Column("done_on", Date),
    UniqueConstraint("campaign_id", "source_id"),
    *owned_constraints("campaign_item"),
    comment="The single things dealt with, such as windows, each with its day.",
)

campaign_mark = Table(
    "campaign_mark",
    metadata,
    identity(),
    Column("item_id", ForeignKey("campaign_item.id"), nullable=False),
    Column("done_on", Date, comment="null: marked as not done"),
    *_words("author", "note"),
    Column("marked_at", instant(), nullable=False, server_default=text("clock_timestamp()")),
    Column("case_id", ForeignKey("case_file.id"), comment="the case whose closing wrote it"),
    Index("ix_campaign_mark_item_id", "item_id"),
    comment="Each time that an item was marked as done or not done, and by whom; written by a "
    "trigger and never changed.",
)

campaign_evidence = Table(
    "campaign_evidence",
    metadata,
    identity(),
    Column("source_id", code_text(), nullable=False),
    Column("import_id", ForeignKey("import_run.id")),
    Column("campaign_id", ForeignKey("campaign.id"), nullable=False),
    Column("task_id", ForeignKey("campaign_task.id")),
    Column("item_id", ForeignKey("campaign_item.id")),
    Column("building_id", ForeignKey("building.id")),
    Column("point", geometry("POINT"), nullable=False),
    Column("stage", Text, nullable=False),
    Column("taken_on", Date, nullable=False),
    *_words("note", "author", "file_name", "sha256"),
    UniqueConstraint("campaign_id", "source_id"),
    CheckConstraint("stage IN ('before', 'during', 'after')", name="stage"),
    CheckConstraint("sha256 ~ '^([0-9a-f]{64})?$'", name="sha256"),
    comment="What was seen before, during and after, at an item or a place; a file is named with "
    "its digest, not kept.",
)
