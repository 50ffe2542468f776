"""Making a patrol plan from the record, and putting it on record."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from sqlalchemy import insert

from gisgrid.errors import InputError, LimitExceeded
from gisgrid.hotspots.forecast import expected_events
from gisgrid.hotspots.patrols import Ground, Patrol, Team, plan_patrol, reach_within, turn
from gisgrid.store import grids, revisions
from gisgrid.store.hazards import epoch_seconds, present_of
from gisgrid.store.patrols.asking import PACES, PatrolRequest
from gisgrid.store.patrols.ground import Surroundings, read_surroundings
from gisgrid.store.patrols.nearby import nearest_addresses
from gisgrid.store.patrols.sites import Sites, candidate_sites
from gisgrid.store.patrols.turns import waiting_longest
from gisgrid.store.tables import patrol_plan, patrol_stop

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from sqlalchemy import Connection

    from gisgrid.settings import Settings
    from gisgrid.store.grids import Grid

__all__ = ["make"]

# For this long the rhythm of calls is taken as even; as long as the rounds of a patrol.
_STRETCH: Final = timedelta(hours=2)
# The way between any two is kept: half a gigabyte for these.
_MOST_SITES: Final = 8_000
_SUBJECTS: Final = 3


def make(
    connection: Connection,
    request: PatrolRequest,
    settings: Settings,
    *,
    now: datetime,
    author: str = "",
) -> int:
    """Plan a patrol and store it.

    Parameters
    ----------
    connection : Connection
        Of a transaction.
    request : PatrolRequest
    settings : Settings
    now : datetime
    author : str

    Returns
    -------
    int
        The number of the plan. The same request, record and seed give the same plan.

    Raises
    ------
    NotFound
        A code is no grid's.
    InputError
        A grid to be visited first is no micro-grid, or there are more hours than the shift has.
    LimitExceeded
        There are too many places to stop at.
    Conflict
        There is nothing to patrol.
    """
    team = Team(
        officers=request.officers,
        officer_hours=request.officer_hours,
        shift_minutes=(request.ends - request.starts) / timedelta(minutes=1),
        metres_per_minute=PACES[request.by],
    )
    within = grids.by_code(connection, request.within, now)[0] if request.within else None
    asked = [_micro(connection, code, now).id for code in request.grids]
    present = present_of(connection, now.astimezone(settings.zone))
    around = read_surroundings(
        connection, request, present, within=within, discoverers=settings.discoverers
    )
    row = waiting_longest(connection, now, starts=request.starts, present=present)
    # Where there is nothing, nobody needs to go, and nobody could say where to stop.
    somewhere = around.micro_ids
    waiting = turn([one for one in row if one in somewhere], request.every)
    expected = _expected(around, request, settings)
    sites = candidate_sites(around, expected.sum(axis=1), request.reach_m, (*asked, *waiting))
    if len(sites.xy) > _MOST_SITES:
        raise LimitExceeded(
            f"a plan chooses among up to {_MOST_SITES:,} places to stop at",
            where=f"{len(sites.xy):,} patrol points and suggested places",
            fix="make one plan for each town: within its grid",
        )
    cells = around.cells[["x", "y"]].to_numpy(np.float64)
    ground = Ground(sites.xy, sites.grid, reach_within(sites.xy, cells, request.reach_m), expected)
    patrol = plan_patrol(ground, team, asked=asked, waiting=waiting, seed=request.seed)
    return _store(connection, request, around, sites, patrol, author)


def _micro(connection: Connection, code: str, at: datetime) -> Grid:
    found = grids.by_code(connection, code, at)[0]
    if found.level != "micro":
        raise InputError(
            "only micro-grids can be visited first",
            where=repr(code),
            fix="name its micro-grids; within takes a grid of any level",
        )
    return found


def _expected(
    around: Surroundings, request: PatrolRequest, settings: Settings
) -> NDArray[np.float64]:
    """Events to be expected in each cell (rows) in each hour of the shift (columns)."""
    hours = int(np.ceil((request.ends - request.starts) / timedelta(hours=1)))
    if around.hazards.empty:
        # Without calls homes are all that is known, and no hour is worse than another.
        homes = around.cells["households"].to_numpy(np.float64)
        even = homes / max(homes.sum(), 1.0) / hours
        return np.repeat(even[:, None], hours, axis=1)
    columns = [column for one in _stretches(request) for column in _hourly(around, one, settings)]
    return np.column_stack(columns)


def _stretches(request: PatrolRequest) -> Iterator[tuple[datetime, datetime]]:
    starts = request.starts
    while starts < request.ends:
        yield starts, min(starts + _STRETCH, request.ends)
        starts += _STRETCH


def _hourly(
    around: Surroundings, stretch: tuple[datetime, datetime], settings: Settings
) -> list[NDArray[np.float64]]:
    starts, ends = stretch
    events = expected_events(
        around.cell,
        epoch_seconds(around.hazards["found_at"]),
        len(around.cells),
        starts,
        ends,
        zone=settings.zone,
        centres=around.cells[["x", "y"]].to_numpy(np.float64),
    )
    hours = (ends - starts) / timedelta(hours=1)
    return [events * min(1.0, hours - hour) / hours for hour in range(int(np.ceil(hours)))]


def _store(
    connection: Connection,
    request: PatrolRequest,
    around: Surroundings,
    sites: Sites,
    patrol: Patrol,
    author: str,
) -> int:
    known = not around.hazards.empty
    head = insert(patrol_plan).values(
        starts=request.starts,
        ends=request.ends,
        officers=request.officers,
        officer_hours=request.officer_hours,
        seed=request.seed,
        asked=request.document,
        revision=revisions.current(connection),
        hazards_until=around.hazards_until,
        # Homes say where to look, but not how much will happen there.
        expected=patrol.expected if known else 0.0,
        covered=patrol.covered if known else 0.0,
        author=author,
    )
    plan_id = int(connection.execute(head.returning(patrol_plan.c.id)).scalar_one())
    if patrol.stops:
        rows = list(_stop_rows(connection, request, around, sites, patrol))
        connection.execute(insert(patrol_stop), [{"plan_id": plan_id, **row} for row in rows])
    return plan_id


def _stop_rows(
    connection: Connection,
    request: PatrolRequest,
    around: Surroundings,
    sites: Sites,
    patrol: Patrol,
) -> Iterator[dict[str, Any]]:
    chosen = sites.frame.iloc[[stop.site for stop in patrol.stops]]
    addresses = nearest_addresses(connection, chosen["lon"].to_numpy(), chosen["lat"].to_numpy())
    at = around.metres(around.recent)
    near = reach_within(sites.xy[[stop.site for stop in patrol.stops]], at, request.reach_m)
    rows = zip(patrol.stops, chosen.itertuples(index=False), addresses, strict=True)
    for number, (stop, site, home) in enumerate(rows):
        subjects = around.recent["subject"].iloc[near.of(number)].value_counts(sort=True)
        yield {
            "officer": stop.officer,
            "position": stop.position,
            "arrives": request.starts + timedelta(minutes=round(stop.minute)),
            "minutes": stop.minutes,
            "point": f"SRID=4326;POINT({site.lon!r} {site.lat!r})",
            "patrol_point_id": _id(site.id),
            "name": site.name,
            "address": home.text,
            "address_m": home.metres,
            "micro_id": _id(site.micro_id),
            "why": stop.why,
            "expected": stop.expected if not around.hazards.empty else 0.0,
            "recent": len(near.of(number)),
            "subjects": [[text, int(size)] for text, size in subjects.items() if text][:_SUBJECTS],
        }


def _id(value: Any) -> int | None:
    """A number of the record; frames of whole numbers have -1 for none."""
    return int(value) if value >= 0 else None
