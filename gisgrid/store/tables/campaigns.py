"""Campaigns (整治攻坚): phases, tasks with target and actual, and the things dealt with."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Numeric,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from gisgrid.store.tables.base import (
    code_text,
    identity,
    metadata,
    owned_columns,
    owned_constraints,
)

__all__ = ["campaign", "campaign_item", "campaign_phase", "campaign_task"]

campaign = Table(
    "campaign",
    metadata,
    identity(),
    Column("code", code_text(), nullable=False, unique=True),
    Column("name_zh", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("grid_id", ForeignKey("grid.id")),
    comment="A dated drive against one kind of trouble in one grid.",
)

campaign_phase = Table(
    "campaign_phase",
    metadata,
    Column("campaign_id", ForeignKey("campaign.id"), primary_key=True),
    Column("position", SmallInteger, primary_key=True),
    Column("code", code_text(), nullable=False),
    Column("name_zh", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("starts", Date, nullable=False),
    Column("ends", Date, nullable=False),
    CheckConstraint("starts < ends", name="period"),
    comment="Half-open periods [starts, ends) of a campaign.",
)

campaign_task = Table(
    "campaign_task",
    metadata,
    Column("campaign_id", ForeignKey("campaign.id"), primary_key=True),
    Column("position", SmallInteger, primary_key=True),
    Column("name_zh", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("unit_zh", Text, nullable=False),
    Column("target", Numeric),
    Column("actual", Numeric),
    Column("qualifier", Text, nullable=False, server_default=text("''")),
    Column("source", Text, nullable=False, server_default=text("''")),
    Column("as_of", Date),
    comment="What a campaign set out to do and did, with the figure's qualifier and source.",
)

campaign_item = Table(
    "campaign_item",
    metadata,
    identity(),
    *owned_columns(),
    Column("campaign_id", ForeignKey("campaign.id"), nullable=False),
    Column("building_id", BigInteger, ForeignKey("building.id")),
    Column("floor", SmallInteger),
    Column("done_on", Date),
    UniqueConstraint("campaign_id", "source_id"),
    *owned_constraints("campaign_item"),
    comment="The single things dealt with, such as windows, each with its day.",
)
