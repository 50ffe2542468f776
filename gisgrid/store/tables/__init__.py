"""The declared schema, one module per family of tables; the migrations must equal it."""

from gisgrid.store.tables.addressing import address_alias, address_review
from gisgrid.store.tables.base import LEVELS, SCHEMA, metadata
from gisgrid.store.tables.campaigns import (
    campaign,
    campaign_evidence,
    campaign_item,
    campaign_mark,
    campaign_phase,
    campaign_task,
)
from gisgrid.store.tables.drafts import (
    DRAWN_COLUMNS,
    draft_edit,
    draft_edit_grid,
    draft_grid,
    lineage,
    plan_planner,
)
from gisgrid.store.tables.grids import boundary_version, grid, grid_version, level, revision
from gisgrid.store.tables.imports import import_run, plan, plan_grid, reject
from gisgrid.store.tables.patrols import patrol_plan, patrol_stop, patrol_visit
from gisgrid.store.tables.places import (
    address,
    building,
    dividing_line,
    hazard,
    manual_assignment,
    patrol_point,
)

__all__ = [
    "DRAWN_COLUMNS",
    "LEVELS",
    "SCHEMA",
    "address",
    "address_alias",
    "address_review",
    "boundary_version",
    "building",
    "campaign",
    "campaign_evidence",
    "campaign_item",
    "campaign_mark",
    "campaign_phase",
    "campaign_task",
    "dividing_line",
    "draft_edit",
    "draft_edit_grid",
    "draft_grid",
    "grid",
    "grid_version",
    "hazard",
    "import_run",
    "level",
    "lineage",
    "manual_assignment",
    "metadata",
    "patrol_plan",
    "patrol_point",
    "patrol_stop",
    "patrol_visit",
    "plan",
    "plan_grid",
    "plan_planner",
    "reject",
    "revision",
]
