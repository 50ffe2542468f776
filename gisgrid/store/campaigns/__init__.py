"""Campaigns: what they set out to do, the things dealt with day by day, and the evidence."""

from gisgrid.store.campaigns.evidence import STAGES, Evidence, evidence_listing
from gisgrid.store.campaigns.figures import told
from gisgrid.store.campaigns.items import (
    Item,
    Mark,
    building_frame,
    item,
    item_frame,
    item_listing,
    marks,
)
from gisgrid.store.campaigns.marking import hold_campaign, mark, marked_by
from gisgrid.store.campaigns.planned import planned_shares
from gisgrid.store.campaigns.progress import BurnDay, Share, burn_down, by_building, by_grid
from gisgrid.store.campaigns.records import Campaign, Phase, Task, by_code, listing

__all__ = [
    "STAGES",
    "BurnDay",
    "Campaign",
    "Evidence",
    "Item",
    "Mark",
    "Phase",
    "Share",
    "Task",
    "building_frame",
    "burn_down",
    "by_building",
    "by_code",
    "by_grid",
    "evidence_listing",
    "hold_campaign",
    "item",
    "item_frame",
    "item_listing",
    "listing",
    "mark",
    "marked_by",
    "marks",
    "planned_shares",
    "told",
]
