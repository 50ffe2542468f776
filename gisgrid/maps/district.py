"""The maps of a district, drawn from the record."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

import geopandas as gpd

from gisgrid.maps.campaign import campaign_map
from gisgrid.maps.comparison import comparison_map
from gisgrid.maps.grids import grids_map
from gisgrid.maps.hazards import hazards_map
from gisgrid.maps.page import MapText
from gisgrid.maps.views import CampaignView
from gisgrid.store import campaigns, clock, revisions
from gisgrid.store.counts import counts_by_grid
from gisgrid.store.coverages import coverage_frame
from gisgrid.store.hazards import hazard_events
from gisgrid.store.notices import notice
from gisgrid.store.tables import LEVELS

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from gisgrid.settings import Settings
    from gisgrid.store.comparing import Comparison
    from gisgrid.store.states import State

__all__ = ["CATEGORY_NAMES", "campaign_page", "comparison_page", "grids_page", "hazards_page"]

# Categories that the maps know by name; others are shown as they were imported.
CATEGORY_NAMES: Final = {
    "fire": ("消防隐患", "Fire hazards"),
    "security": ("治安隐患", "Security hazards"),
    "city": ("城市管理问题", "City-management problems"),
    "dispute": ("矛盾纠纷", "Disputes"),
    "tip": ("治安线索", "Tips"),
}


def grids_page(
    connection: Connection, at: datetime, settings: Settings, *, nonce: str | None = None
) -> str:
    """The map of grids by level, with names, counts and households."""
    levels = {}
    for level in LEVELS:
        frame = coverage_frame(connection, level, at)
        if len(frame):
            levels[level] = _counted(connection, frame, level)
    return grids_map(
        levels,
        _text(connection, "网格图", "Grids", at),
        households_range=(settings.households_min, settings.households_max),
        tile_url=settings.tile_url,
        tile_attribution=settings.tile_attribution,
        nonce=nonce,
    )


def _counted(connection: Connection, frame: gpd.GeoDataFrame, level: str) -> gpd.GeoDataFrame:
    """Counts beside each grid; households of the addresses, or as declared without addresses."""
    counts = counts_by_grid(connection, level).reindex(frame["id"]).fillna(0).astype("int64")
    counts.index = frame.index
    declared = frame["households"]
    frame = frame.assign(**{name: counts[name] for name in ("addresses", "hazards", "patrols")})
    known = counts["addresses"] > 0
    return frame.assign(households=declared.where(~known, counts["households"].astype("Int64")))


def hazards_page(
    connection: Connection, at: datetime, settings: Settings, *, nonce: str | None = None
) -> str:
    """The heat map of hazards with a filter by category; confidential ones are left out."""
    hazards = hazard_events(connection)
    found_on = hazards["found_at"].dt.tz_convert(settings.zone).dt.date
    names = {code: CATEGORY_NAMES.get(code, (code, code)) for code in hazards["category"].unique()}
    hazards = hazards.assign(
        found_on=found_on,
        category_zh=hazards["category"].map({code: zh for code, (zh, _) in names.items()}),
        category_en=hazards["category"].map({code: en for code, (_, en) in names.items()}),
    )
    return hazards_map(
        hazards,
        _outlines(connection, at),
        _text(connection, "隐患热力图", "Hazards", at),
        tile_url=settings.tile_url,
        tile_attribution=settings.tile_attribution,
        nonce=nonce,
    )


def _outlines(connection: Connection, at: datetime) -> gpd.GeoDataFrame:
    units = coverage_frame(connection, "unit", at)
    return units if len(units) else coverage_frame(connection, "area", at)


def campaign_page(
    connection: Connection,
    at: datetime,
    settings: Settings,
    *,
    code: str | None = None,
    nonce: str | None = None,
) -> str:
    """The map of a campaign over time; without a code of the one that began last.

    Raises
    ------
    NotFound
        There is no such campaign.
    """
    found = campaigns.by_code(connection, code)
    view = CampaignView(
        code=found.code,
        name_zh=found.name_zh,
        name_en=found.name_en,
        phases=found.phases,
        tasks=found.tasks,
    )
    micros = coverage_frame(connection, "micro", at)
    buildings = campaigns.building_frame(connection, found.id)
    nearby = micros.iloc[micros.sindex.query(buildings.union_all(), predicate="intersects")]
    return campaign_map(
        view,
        buildings,
        campaigns.item_frame(connection, found.id),
        nearby.sort_index(),
        _text(connection, found.name_zh, found.name_en, at),
        tile_url=settings.tile_url,
        tile_attribution=settings.tile_attribution,
        nonce=nonce,
    )


def comparison_page(
    connection: Connection,
    before: State,
    after: State,
    found: Comparison,
    settings: Settings,
    *,
    nonce: str | None = None,
) -> str:
    """The map of what differs between two states."""
    at = clock.now(connection, settings.zone)
    return comparison_map(
        before,
        after,
        found,
        _text(connection, f"{before.name} → {after.name}", "What differs", at),
        tile_url=settings.tile_url,
        tile_attribution=settings.tile_attribution,
        nonce=nonce,
    )


def _text(connection: Connection, title_zh: str, title_en: str, at: datetime) -> MapText:
    return MapText(
        title_zh=title_zh,
        title_en=title_en,
        notice=notice(connection),
        revision=revisions.current(connection),
        as_of=at.date().isoformat(),
    )
