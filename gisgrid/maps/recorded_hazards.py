"""The map of hazards, drawn from the record: as a file, or as the page of a server."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from gisgrid.maps.hazards import HAZARD_LEVELS, HazardView, hazards_map, served_hazards_map
from gisgrid.maps.page import MapText
from gisgrid.store import clock, revisions
from gisgrid.store.counts import households_by_grid
from gisgrid.store.coverages import coverage_frame, level_index
from gisgrid.store.hazard_counts import hazard_overview
from gisgrid.store.hazards import hazard_events, present_of
from gisgrid.store.notices import notice

if TYPE_CHECKING:
    from datetime import datetime

    import geopandas as gpd
    from sqlalchemy import Connection

    from gisgrid.settings import Settings

__all__ = ["CATEGORY_NAMES", "MOST_POINTS", "hazards_page", "served_hazards_page"]

# Categories that the maps know by name; others are shown as they were imported.
CATEGORY_NAMES: Final = {
    "fire": ("消防隐患", "fire"),
    "security": ("治安隐患", "security"),
    "city": ("城市管理", "city management"),
    "dispute": ("矛盾纠纷", "disputes"),
    "tip": ("治安线索", "tips"),
}
MOST_POINTS: Final = 20_000
"""So many hazards a page carries as single points."""


def hazards_page(
    connection: Connection, at: datetime, settings: Settings, *, past: bool = False
) -> str:
    """The map of hazards as a file that asks nobody; confidential ones are left out.

    Parameters
    ----------
    at : datetime
        For when the grids hold.
    past : bool
        That is not the present, so hazards belong to the grids that covered them then.
    """
    return hazards_map(
        _events(connection, at, settings, past),
        _levels(connection, at),
        _text(connection, settings, as_of=at.date().isoformat() if past else ""),
        _view(connection, settings),
        tile_url=settings.tile_url,
        tile_attribution=settings.tile_attribution,
    )


def served_hazards_page(
    connection: Connection, at: datetime, settings: Settings, *, nonce: str
) -> str:
    """The map of hazards as a page of a server, which answers what the page does not carry."""
    overview = hazard_overview(connection, settings.time_zone)
    levels, text = _levels(connection, at), _text(connection, settings)
    view = _view(connection, settings)
    tiles: dict[str, Any] = {
        "tile_url": settings.tile_url,
        "tile_attribution": settings.tile_attribution,
        "nonce": nonce,
    }
    if overview.total > MOST_POINTS:
        return served_hazards_map(overview, levels, text, view, **tiles)
    events = _events(connection, at, settings, past=False)
    return hazards_map(events, levels, text, view, served=True, **tiles)


def _events(connection: Connection, at: datetime, settings: Settings, past: bool) -> pd.DataFrame:
    """The hazards with the codes of their grids, times on the clock of the settings."""
    events = hazard_events(connection)
    columns: dict[str, Any] = {
        "found_at": events["found_at"].dt.tz_convert(settings.zone),
        "discovered": events["origin"].isin(settings.discoverers),
    }
    owned = {level: events[f"{level}_id"] for level in HAZARD_LEVELS}
    if past:
        index = level_index(connection, at, levels=HAZARD_LEVELS, points=len(events))
        covering = index.owners(events["lon"].to_numpy(), events["lat"].to_numpy())
        owned = {
            level: pd.Series(covering.ids(level), index=events.index) for level in HAZARD_LEVELS
        }
    for level, owner in owned.items():
        grids = coverage_frame(connection, level, at)
        codes = pd.Series(grids["code"].to_numpy(dtype=object), index=grids["id"].to_numpy())
        columns[level] = owner.map(codes)
    return events.assign(**columns)


def _levels(connection: Connection, at: datetime) -> dict[str, gpd.GeoDataFrame]:
    levels = {}
    for level in HAZARD_LEVELS:
        frame = coverage_frame(connection, level, at)
        if len(frame):
            homes = households_by_grid(connection, level, at).reindex(frame["id"])
            levels[level] = frame.assign(households=homes.to_numpy())
    return levels


def _view(connection: Connection, settings: Settings) -> HazardView:
    """The days that the map knows of end with the present, or with the record."""
    now = clock.now(connection, settings.zone)
    present = present_of(connection, now)
    midnight = present.replace(hour=0, minute=0, second=0, microsecond=0)
    last: date = present.date() if midnight == present else present.date() + timedelta(days=1)
    return HazardView(until=last, ended=present != now, names=CATEGORY_NAMES)


def _text(connection: Connection, settings: Settings, as_of: str = "") -> MapText:
    # Of the present the page itself says until when there are hazards; another date beside that
    # one would be taken for it.
    return MapText(
        title_zh="隐患热力图",
        title_en="Hazards",
        notice=notice(connection),
        revision=revisions.current(connection),
        as_of=as_of,
        approval=settings.map_approval,
        panel_zh="筛选、排名与原因",
        panel_en="Filters, worst grids, why",
    )
