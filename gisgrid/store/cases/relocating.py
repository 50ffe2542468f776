"""A case whose place was wrong gets another one, and with it other owners."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from sqlalchemy import update

from gisgrid.cases.stages import step_of
from gisgrid.errors import Conflict
from gisgrid.locate import NESTED_LEVELS
from gisgrid.store.cases.mirror import move
from gisgrid.store.cases.nearby import outside_grids, point_at, require_degrees
from gisgrid.store.cases.relapses import relapse_of
from gisgrid.store.cases.writing import LONGEST_PLACE, Held, checked_words, hold, take
from gisgrid.store.tables import LEVELS, case_file, case_text

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from gisgrid.access import Actor
    from gisgrid.store.cases.records import Case

__all__ = ["relocate"]

# The old words of the place are kept beside it.
_LONGEST_REASON: Final = 4000 - LONGEST_PLACE - 20


def relocate(
    connection: Connection,
    number: str,
    lon: float,
    lat: float,
    *,
    actor: Actor,
    reason: str,
    place: str = "",
    version: int | None = None,
) -> Case:
    """Correct where a case is; the grids that cover the new place own it at once.

    The event says from where to where, in degrees. Words of the place that are replaced are kept
    with the reason, from where they can be erased.

    Parameters
    ----------
    connection : Connection
        Of a transaction; after an error it must not be committed. It has to see the case where it
        was, and may not see it where it is then.
    number : str
    lon, lat : float
        Degrees, EPSG:4326.
    actor : Actor
    reason : str
    place : str
        Where it is, in words; without them the old words stay.
    version : int, optional
        On which it was decided.

    Raises
    ------
    NotFound
        There is no such case, or none that may be seen.
    StaleVersion
        Somebody has changed it since.
    Conflict
        The case is over, or lies there already.
    Forbidden
        Who does it sees the case only because their department was called to it.
    CoordinateError
        The new place is none in degrees, or lies outside all grids.
    InputError
        There is no reason, or words are too long.
    """
    require_degrees(lon, lat)
    place = checked_words(place, "place", LONGEST_PLACE)
    reason = checked_words(reason, "reason", _LONGEST_REASON)
    held = hold(connection, number, version)
    step = step_of("relocate")
    stage = held.leads_to(step, reason)
    case = held.case
    if (case.lon, case.lat) == (lon, lat) and place in ("", case.place):
        raise Conflict("lies there already", where=number, fix="look at it again")
    if place and place != case.place:
        _say(connection, case, place)
        reason = f"{reason}（原 formerly: {case.place}）" if case.place else reason
    moved = _move(connection, held, lon, lat)
    return take(
        connection, replace(held, case=replace(moved, place=place or case.place)), step, stage,
        actor=actor, reason=reason, about=f"{_said(case)} → {_said(moved)}",
    )  # fmt: skip


def _say(connection: Connection, case: Case, place: str) -> None:
    """Write the words of the new place, while the case is still seen where it was."""
    words = update(case_text).where(case_text.c.case_id == case.id)
    if connection.execute(words.values(place=place)).rowcount != 1:
        raise Conflict("has no words that can be changed", where=case.number, fix="leave out place")


def _move(connection: Connection, held: Held, lon: float, lat: float) -> Case:
    """Move the row, its owners and its hazard; what it has come back from goes by the place."""
    case, c = held.case, case_file.c
    statement = (
        update(case_file)
        .where(c.id == case.id)
        .values(
            point=point_at(lon, lat),
            relapse_of_id=relapse_of(case.source, case.category, lon, lat, case.reported_at),
        )
        .returning(c.relapse_of_id, *(c[f"{level}_id"].label(level) for level in LEVELS))
    )
    row = connection.execute(statement).one()._mapping
    grids = {level: row[level] for level in LEVELS if row[level] is not None}
    if not any(level in grids for level in NESTED_LEVELS):
        raise outside_grids(lon, lat)
    move(connection, case.number, lon, lat)
    return replace(case, lon=lon, lat=lat, grids=grids, relapse_of=row["relapse_of_id"])


def _said(case: Case) -> str:
    return f"{case.lon:.7f},{case.lat:.7f}"
