"""Held places in two states of the grids: where they stand, and what they would do unheld."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from sqlalchemy import Float, func, select

from gisgrid.locate import NESTED_LEVELS, Owners
from gisgrid.store.holds.queries import open_holds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from gisgrid.store.states import State

__all__ = ["as_held", "held_frame", "held_table"]

_NUMBERS: Final = {"id": np.int64, "held": np.int64, "lon": np.float64, "lat": np.float64}
_SHOWN: Final = ("kind", "source_id", "title", "grid", "lies_in", "reason", "ended")


def held_frame(connection: Connection) -> pd.DataFrame:
    """The places that are held and may be shown.

    Returns
    -------
    DataFrame
        kind, id, source_id, title, lon, lat (degrees), held (the grid's id), reason.
    """
    held = open_holds(connection)
    query = select(
        held.c.kind,
        held.c.place_id.label("id"),
        held.c.source_id,
        held.c.title,
        func.ST_X(held.c.point, type_=Float).label("lon"),
        func.ST_Y(held.c.point, type_=Float).label("lat"),
        held.c.grid_id.label("held"),
        held.c.reason,
    )
    result = connection.execute(query)
    frame = pd.DataFrame(result.all(), columns=list(result.keys()))
    return frame.astype(_NUMBERS)


def as_held(owners: Owners, state: State, held: Any) -> Owners:
    """The owners of places as they are stored: of held ones the grid that holds them.

    Parameters
    ----------
    owners : Owners
        By the points of n places.
    state : State
        Whose grids the owners are.
    held : array of int64, shape (n,)
        The keys of the grids that hold them, 0 for none. One that the state does not have holds
        nothing.
    """
    if not held.any():
        return owners
    chains = _chains(state, set(np.unique(held).tolist()))
    rows = np.flatnonzero(np.isin(held, list(chains)))
    ids = dict(owners.grid_ids)
    for position, level in enumerate(NESTED_LEVELS):
        ids[level] = owners.ids(level).copy()
        ids[level][rows] = [chains[key][position] for key in held[rows]]
    return Owners(ids, owners.border)


def _chains(state: State, wanted: set[int]) -> dict[int, tuple[int, int, int]]:
    """Area, unit and micro-grid (keys, 0 for none) by the micro-grid's key."""
    micro, unit, area = (state.frames[level] for level in reversed(NESTED_LEVELS))
    area_of = dict(zip(area["code"], area["key"].tolist(), strict=True))
    units = zip(unit["code"], unit["key"].tolist(), unit["parent"], strict=True)
    unit_of = {code: (area_of.get(parent, 0), key) for code, key, parent in units}
    rows = micro[micro["key"].isin(wanted)]
    return {
        key: (*unit_of.get(parent, (0, 0)), key)
        for key, parent in zip(rows["key"].tolist(), rows["parent"], strict=True)
    }


def held_table(
    places: pd.DataFrame, states: Sequence[State], lying: Sequence[Owners]
) -> pd.DataFrame:
    """The held places whose ground changes hands, or whose grid ends.

    Parameters
    ----------
    places : DataFrame
        kind, source_id, title, held (0 for those that are not), reason; in the order of the rows.
    states : State, State
        Before and after.
    lying : Owners, Owners
        The owners of the places' points in these.

    Returns
    -------
    DataFrame
        As `gisgrid.store.publish.HeldPlace`, a row each.
    """
    before, after = (_codes(state) for state in states)
    changed = np.zeros(len(places), dtype=np.bool_)
    for level in NESTED_LEVELS:
        changed |= lying[0].ids(level) != lying[1].ids(level)
    ended = places["held"].isin(before.keys() - after.keys()).to_numpy()
    held = places["held"].isin(before.keys() | after.keys()).to_numpy()
    chosen = held & (changed | ended)
    keys = lying[1].ids("micro")[chosen].tolist()
    table = places[chosen].assign(
        grid=places["held"][chosen].map(before | after),
        lies_in=pd.Series([after.get(key) for key in keys], places.index[chosen], object),
        ended=ended[chosen],
    )
    return table[list(_SHOWN)].reset_index(drop=True)


def _codes(state: State) -> dict[int, str]:
    micro = state.frames["micro"]
    return dict(zip(micro["key"].tolist(), micro["code"], strict=True))
