"""The maps of a district, drawn from the record."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np

from gisgrid.maps.campaign import campaign_map
from gisgrid.maps.comparison import comparison_map
from gisgrid.maps.grids import grids_map
from gisgrid.maps.page import MapText
from gisgrid.maps.staffing import staffing_map
from gisgrid.store import campaigns, clock, revisions
from gisgrid.store.counts import counts_by_grid, households_by_grid
from gisgrid.store.coverages import coverage_frame
from gisgrid.store.notices import notice
from gisgrid.store.people import staffing
from gisgrid.store.tables import LEVELS

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from gisgrid.settings import Settings
    from gisgrid.store.comparing import Comparison
    from gisgrid.store.states import State

__all__ = ["campaign_page", "comparison_page", "grids_page", "staffing_page"]


def grids_page(
    connection: Connection, at: datetime, settings: Settings, *, nonce: str | None = None
) -> str:
    """The map of grids by level, with names, counts and households."""
    levels = {}
    for level in LEVELS:
        frame = coverage_frame(connection, level, at)
        if len(frame):
            levels[level] = _counted(connection, frame, level, at)
    return grids_map(
        levels,
        _text(connection, settings, "网格图", "Grids", at),
        households_range=(settings.households_min, settings.households_max),
        tile_url=settings.tile_url,
        tile_attribution=settings.tile_attribution,
        nonce=nonce,
    )


def _counted(
    connection: Connection, frame: gpd.GeoDataFrame, level: str, at: datetime
) -> gpd.GeoDataFrame:
    """Counts beside each grid, with households of its addresses, or as declared without any."""
    counts = counts_by_grid(connection, level).reindex(frame["id"]).fillna(0).astype("int64")
    counts = counts.assign(households=households_by_grid(connection, level, at))
    counts.index = frame.index
    names = ("addresses", "households", "hazards", "patrols")
    return frame.assign(**{name: counts[name] for name in names})


def campaign_page(
    connection: Connection,
    at: datetime,
    settings: Settings,
    *,
    code: str | None = None,
    nonce: str | None = None,
) -> str:
    """The map of a campaign over time; without a code of the one that began last.

    Parameters
    ----------
    at : datetime
        When the grids hold; what was done on a later day is not done yet.

    Raises
    ------
    NotFound
        There is no such campaign.
    """
    found = campaigns.by_code(connection, code)
    buildings = campaigns.building_frame(connection, found.id)
    items = campaigns.item_frame(connection, found.id)
    micros = coverage_frame(connection, "micro", at)
    concerned = np.concatenate([buildings.geometry.to_numpy(), items.geometry.to_numpy()])
    nearby = np.unique(micros.sindex.query(concerned, predicate="intersects")[1])
    return campaign_map(
        found,
        buildings,
        items,
        campaigns.evidence_listing(connection, found.id),
        micros.iloc[nearby],
        _text(connection, settings, found.name_zh, found.name_en, at),
        until=at.astimezone(settings.zone).date(),
        tile_url=settings.tile_url,
        tile_attribution=settings.tile_attribution,
        nonce=nonce,
    )


def staffing_page(
    connection: Connection, at: datetime, settings: Settings, *, nonce: str | None = None
) -> str:
    """The map of micro-grids that lack grid members, of the grids within one's sight."""
    told = staffing(connection, at, per_micro=settings.members_per_micro)
    frame = coverage_frame(connection, "micro", at).set_index("code", drop=False)
    strengths = {one.code: one for one in told.of("micro")}
    frame = frame[frame.index.isin(strengths)]
    numbers = {
        name: [getattr(strengths[code], name) for code in frame.index]
        for name in ("have", "missing")
    }
    return staffing_map(
        frame.assign(**numbers),
        told.of("area"),
        _text(connection, settings, "网格员配备图", "Grid members", at),
        per_micro=settings.members_per_micro,
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
        _text(connection, settings, f"{before.name} → {after.name}", "What differs", at),
        tile_url=settings.tile_url,
        tile_attribution=settings.tile_attribution,
        nonce=nonce,
    )


def _text(
    connection: Connection, settings: Settings, title_zh: str, title_en: str, at: datetime
) -> MapText:
    return MapText(
        title_zh=title_zh,
        title_en=title_en,
        notice=notice(connection),
        revision=revisions.current(connection),
        as_of=at.date().isoformat(),
        approval=settings.map_approval,
    )
