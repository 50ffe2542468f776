"""Measures of a period, row by row and for all of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from gisgrid.cases.calendar import packaged_calendar
from gisgrid.cases.categories import GROUPS
from gisgrid.cases.clocks import NO_REPLY
from gisgrid.cases.measures import DIMENSIONS, MEASURES
from gisgrid.errors import InputError
from gisgrid.store import clock
from gisgrid.store.grids import listing
from gisgrid.store.measures.counting import Asked, counted
from gisgrid.store.people import departments
from gisgrid.store.tables import LEVELS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from gisgrid.cases.calendar import WorkCalendar
    from gisgrid.cases.measures import Dimension

__all__ = ["Measured", "Measures", "measure"]

Figure = int | float | None

# What no grid or no name is known for.
_NOWHERE: Final = ("", "不在网格内", "in no grid")
_HOURS_DIGITS: Final = 2
_SHARE_DIGITS: Final = 4


@dataclass(frozen=True)
class Measured:
    """The figures of one grid, department or group of categories, or of all of them.

    Attributes
    ----------
    key : str
        Its code; empty for all of them, or for what lies in no grid.
    name_zh, name_en : str
    figures : mapping of str to number or None
        By the codes of `gisgrid.cases.measures.MEASURES`; None where there is nothing to
        measure, as a share of none.
    """

    key: str
    name_zh: str
    name_en: str
    figures: Mapping[str, Figure]


@dataclass(frozen=True)
class Measures:
    """The measures of a period.

    Attributes
    ----------
    since, until : datetime
        The period ``[since, until)``.
    by, level : str
        The dimension, and the level of the grids where it is by grid (else empty).
    total : Measured
        Of all rows that may be seen, whatever their key.
    rows : tuple of Measured
        In order of their keys; those in which nothing happened are left out.
    """

    since: datetime
    until: datetime
    by: Dimension
    level: str
    total: Measured
    rows: tuple[Measured, ...]


def measure(
    connection: Connection,
    since: datetime,
    until: datetime,
    *,
    by: Dimension = "grid",
    level: str = "area",
    discoverers: tuple[str, ...] = ("patrol",),
    calendar: WorkCalendar | None = None,
) -> Measures:
    """Measure what happened in a period, of the rows within one's sight.

    Parameters
    ----------
    since, until : datetime
        Aware; the end is not part of the period.
    by : str
        ``grid``, ``department`` or ``category`` (its group).
    level : str
        Of the grids: ``area``, ``unit``, ``micro`` or ``police``.
    discoverers : tuple of str
        Origins of hazards that patrols discovered (`Settings.discoverers`).
    calendar : WorkCalendar, optional
        The packaged one without it.

    Raises
    ------
    InputError
        The period is empty, or there is no such dimension or level.
    """
    if until <= since:
        raise InputError("a period ends after it begins", where=f"{since} … {until}")
    if by not in DIMENSIONS or level not in LEVELS:
        raise InputError("this cannot be measured by", where=f"{by} {level}", fix=f"{DIMENSIONS}")
    calendar = calendar or packaged_calendar()
    now = clock.now(connection, calendar.zone)
    unheard_since = calendar.before_working_days(now, NO_REPLY.amount)
    asked = Asked(since, until, by, level, discoverers, unheard_since)
    found = counted(connection, asked)
    total = Measured("", "合计", "All", _figures(found.pop(None)))
    names = _names(connection, asked, now)
    rows = [
        Measured(*names.get(key, (str(key), str(key), "")), _figures(counts))
        for key, counts in found.items()
    ]
    level = level if by == "grid" else ""
    return Measures(since, until, by, level, total, tuple(sorted(rows, key=lambda one: one.key)))


def _figures(counts: Mapping[str, Any]) -> dict[str, Figure]:
    """All measures in their order: nothing counted is 0, nothing to measure is None."""
    found = counts.get("found", 0)
    shares = {"share_found_first": counts.get("found_first", 0) / found if found else None}
    figures: dict[str, Figure] = {}
    for code, one in MEASURES.items():
        value = {**counts, **shares}.get(code) if one.unit != "count" else counts.get(code, 0)
        digits = _SHARE_DIGITS if one.unit == "share" else _HOURS_DIGITS
        figures[code] = round(value, digits) if isinstance(value, float) else value
    return figures


def _names(
    connection: Connection, asked: Asked, now: datetime
) -> Mapping[Any, tuple[str, str, str]]:
    """Code and names by key."""
    if asked.by == "department":
        return {one.code: (one.code, one.name_zh, one.name_en) for one in departments(connection)}
    if asked.by == "category":
        return {group: (group, *names) for group, names in GROUPS.items()}
    grids = listing(connection, now, level=asked.level)
    return {0: _NOWHERE} | {one.id: (one.code, one.name, "") for one in grids}
