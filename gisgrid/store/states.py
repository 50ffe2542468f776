"""All grids at once: as they are at an instant, or as a plan has them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import pandas as pd

from gisgrid.errors import Conflict, InputError
from gisgrid.store import clock, plans, revisions
from gisgrid.store.coverages import coverage_frame
from gisgrid.store.publish.checks import refuse_misfits, refuse_overtaken
from gisgrid.store.publish.wanted import wanted_by
from gisgrid.store.tables import LEVELS
from gisgrid.times import parse_instant

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, tzinfo

    from sqlalchemy import Connection

    from gisgrid.store.plans import Plan

__all__ = ["State", "around_plan", "state_at", "state_named", "state_of_plan"]

_NUMBERED: Final = re.compile(r"(?P<kind>plan|revision)[ :]?(?P<number>[0-9]{1,9})")
# The shortest time that the record tells apart.
_MOMENT: Final = timedelta(microseconds=1)
_COLUMNS: Final = ("key", "level", "code", "name", "parent", "special", "households", "geometry")


@dataclass(frozen=True)
class State:
    """The grids of all levels.

    Attributes
    ----------
    name : str
        What a report calls it, such as ``revision 7`` or ``plan 3``.
    frames : mapping of level to GeoDataFrame
        EPSG:4326, ordered by code: key (a grid's id; below 0 for one that only a plan has), code,
        name, parent (code or None), path (tuple of codes), special, households (declared),
        geometry.
    """

    name: str
    frames: Mapping[str, gpd.GeoDataFrame]


def state_named(connection: Connection, text: str, zone: tzinfo) -> State:
    """The grids that a user names.

    Parameters
    ----------
    text : str
        ``now``; ``plan 3``: as they will be, or were, once the plan is in force; ``revision 7``:
        as they were when that publish took effect; or a date, as `gisgrid.times.parse_instant`
        reads it.

    Raises
    ------
    InputError
        It is none of these.
    NotFound, Conflict
        There is no such plan or revision; the plan cannot be put in force as things are.
    """
    words = text.strip().lower()
    if found := _NUMBERED.fullmatch(words):
        number = int(found["number"])
        if found["kind"] == "plan":
            return around_plan(connection, number, zone)[1]
        return state_at(connection, revisions.effective_at(connection, number), words)
    if words == "now":
        return state_at(connection, clock.now(connection, zone), "now")
    try:
        at = parse_instant(text, zone)
    except InputError as error:
        raise InputError(
            error.what,
            where=error.where,
            fix="write now, plan 3, revision 7 or 2024-09-15",
        ) from None
    return state_at(connection, at, at.isoformat())


def around_plan(connection: Connection, plan_id: int, zone: tzinfo) -> tuple[State, State]:
    """The grids without a plan and with it; of a published one before its publish and after.

    Raises
    ------
    NotFound
        There is no such plan.
    Conflict
        It was discarded, or cannot be put in force as things are.
    """
    plan = plans.by_id(connection, plan_id)
    if plan.state == "discarded":
        raise Conflict("the plan was discarded", where=f"plan {plan_id}")
    if plan.state == "published":
        number = revisions.of_plan(connection, plan_id)
        at = revisions.effective_at(connection, number) if number else plan.created_at
        before = state_at(connection, at - _MOMENT, f"before plan {plan_id}")
        return before, state_at(connection, at, f"plan {plan_id}")
    at = plan.effective_at or clock.now(connection, zone)
    return state_at(connection, at, "now"), state_of_plan(connection, plan, at, f"plan {plan_id}")


def state_at(connection: Connection, at: datetime, name: str) -> State:
    """The grids in force at an instant."""
    frames = {level: coverage_frame(connection, level, at) for level in LEVELS}
    return State(
        name, {level: frame.rename(columns={"id": "key"}) for level, frame in frames.items()}
    )


def state_of_plan(connection: Connection, plan: Plan, at: datetime, name: str) -> State:
    """The grids as they will be once a plan is in force from an instant on, listed or drawn.

    Raises
    ------
    Conflict, NotFound
        As `gisgrid.store.publish.wanted.wanted_by`.
    """
    present = state_at(connection, at, name).frames
    wanted = wanted_by(connection, plan, at)
    if plan.level is None:
        own = wanted.frame[wanted.frame["key"] > 0]
        known = dict(zip(own["code"], own["key"].tolist(), strict=True))
        refuse_overtaken(connection, plan, known | wanted.ends)
        refuse_misfits(connection, plan, wanted, at)
    drawn = wanted.frame[list(_COLUMNS)]
    held = pd.concat([frame.assign(level=level) for level, frame in present.items()])
    key_of = dict(zip(held["code"], held["key"], strict=True))
    held = held.assign(parent=pd.array(held["parent"].map(key_of), dtype="Int64"))
    gone = {*drawn["key"], *wanted.ends.values()}
    grids = pd.concat([held.loc[~held["key"].isin(gone), list(_COLUMNS)], drawn])
    grids = _with_paths(gpd.GeoDataFrame(grids, geometry="geometry", crs="EPSG:4326"))
    return State(
        name,
        {level: grids[grids["level"] == level].reset_index(drop=True) for level in LEVELS},
    )


def _with_paths(grids: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Parents' keys made codes, each grid with its path, in the order of codes."""
    parents = [None if pd.isna(one) else int(one) for one in grids["parent"]]
    labels = dict(zip(grids["key"].tolist(), zip(grids["code"], parents, strict=True), strict=True))
    paths = [_path(key, labels) for key in grids["key"].tolist()]
    above = [path[-2] if len(path) > 1 else None for path in paths]
    named: Any = grids.assign(parent=pd.Series(above, grids.index, object), path=paths)
    ordered: gpd.GeoDataFrame = named.sort_values("code", kind="stable")
    return ordered


def _path(key: int, labels: Mapping[int, tuple[str, int | None]]) -> tuple[str, ...]:
    """The codes from the area down; a parent that is not there is none."""
    codes: list[str] = []
    at: int | None = key
    while at is not None and at in labels:
        code, at = labels[at]
        codes.append(code)
    return tuple(reversed(codes))
