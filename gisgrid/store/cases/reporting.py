"""A new case: told once, owned by its micro-grid at once."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from gisgrid.cases.calendar import packaged_calendar
from gisgrid.cases.categories import SOURCES, STAFF_SOURCES, Category, category_of
from gisgrid.cases.clocks import ACCEPTING
from gisgrid.cases.codes import code_hash, new_code
from gisgrid.cases.stages import Stage
from gisgrid.errors import Busy, Conflict, InputError
from gisgrid.locate import NESTED_LEVELS
from gisgrid.store import personal
from gisgrid.store.cases.mirror import follow
from gisgrid.store.cases.nearby import outside_grids, point_at, require_degrees
from gisgrid.store.cases.records import Case, case_of, select_cases
from gisgrid.store.cases.relapses import relapse_of
from gisgrid.store.cases.writing import LONGEST_PLACE, checked_words, write_event
from gisgrid.store.tables import case_file, case_text
from gisgrid.times import in_calendar

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection
    from sqlalchemy.sql.dml import ReturningInsert

    from gisgrid.access import Actor
    from gisgrid.cases.calendar import WorkCalendar

__all__ = ["NUMBERS", "NewCase", "report"]

# Clocks of those who report may go fast.
_FAST: Final = timedelta(minutes=10)
# What six digits can say; of a day with 15,000 cases one draw in a hundred is made again.
NUMBERS: Final = 1_000_000
_DRAWS: Final = 20


@dataclass(frozen=True, kw_only=True)
class NewCase:
    """What somebody tells.

    Attributes
    ----------
    category : str
        Code of a category.
    lon, lat : float
        Degrees, EPSG:4326.
    source : str
        Who tells: a key of `gisgrid.cases.categories.SOURCES`.
    channel : str
        Through which door.
    description, place : str
        Their words.
    severity : int, optional
        1 to 3; the category's without it.
    confidential : bool
        Tips are so in any case.
    reported_at : datetime, optional
        Now without it.
    source_id : str
        What its source calls it; the same one of a source is not taken twice.
    reporter : mapping of str to str
        ``name``, ``telephone``: kept apart, and not at all where it is empty.
    coded : bool
        The reporter gets a code by which they can follow it.
    code : str
        That code, where it is made already: see `gisgrid.store.cases.once`.
    relapse_of, campaign_task, campaign_item, facility : int, optional
        Ids of what it springs from; without ``relapse_of`` a closed case that is still watched
        is looked for, see `gisgrid.store.cases.relapses`.
    """

    category: str
    lon: float
    lat: float
    source: str
    channel: str = ""
    description: str = field(default="", repr=False)
    place: str = field(default="", repr=False)
    severity: int | None = None
    confidential: bool = False
    reported_at: datetime | None = None
    source_id: str = ""
    reporter: Mapping[str, str] = field(default_factory=dict, repr=False)
    coded: bool = False
    code: str = field(default="", repr=False)
    relapse_of: int | None = None
    campaign_task: int | None = None
    campaign_item: int | None = None
    facility: int | None = None


def report(
    connection: Connection,
    new: NewCase,
    actor: Actor,
    *,
    calendar: WorkCalendar | None = None,
    prefix: str = "JD",
) -> Case:
    """Put a case on record.

    Parameters
    ----------
    connection : Connection
        Of a transaction; after an error it must not be committed.
    new : NewCase
    actor : Actor
    calendar : WorkCalendar, optional
        The packaged one without it.
    prefix : str
        With which numbers begin.

    Returns
    -------
    Case
        With the reporter's code, if one was asked for: nobody can say it again.

    Raises
    ------
    NotFound
        There is no such category.
    CoordinateError
        It lies where nothing can lie, or outside all grids.
    InputError
        The source is unknown, words are too long, or the time lies ahead.
    Conflict
        The same of that source is on record.
    Busy
        The numbers of this day are used up.
    """
    calendar = calendar or packaged_calendar()
    category = category_of(new.category)
    words = {
        "description": checked_words(new.description, "description"),
        "place": checked_words(new.place, "place", LONGEST_PLACE),
    }
    _check(new)
    now = connection.execute(select(func.clock_timestamp())).scalar_one()
    code = new.code or (new_code() if new.coded else "")
    case_id, number = _insert(
        connection,
        new,
        f"{prefix}{now.astimezone(calendar.zone):%Y%m%d}",
        code_hash=code_hash(code) if code else None,
        stage_since=now,
        heard_at=now,
        due_at=ACCEPTING.due(calendar, now).at,
        **_of_source(connection, new, category, now),
    )
    connection.execute(insert(case_text).values(case_id=case_id, **words))
    write_event(
        connection,
        case_id,
        version=1,
        action="report",
        before=None,
        after=Stage.REPORTED,
        at=now,
        actor=actor,
        about=new.source,
    )
    follow(connection, number, category, None, Stage.REPORTED, now)
    row = connection.execute(select_cases().where(case_file.c.id == case_id)).one()
    return replace(case_of(row), code=code)


def _named(new: NewCase, number: str) -> str:
    """What a case is kept under: no name that a source gives can be that of another one's case."""
    name = checked_words(new.source_id, "source_id", LONGEST_PLACE)
    return f"{new.source}:{name}" if name else f"case:{number}"


def _check(new: NewCase) -> None:
    if new.source not in SOURCES:
        raise InputError(
            "there is no such source", where=repr(new.source), fix=f"one of {', '.join(SOURCES)}"
        )
    if new.severity not in (None, 1, 2, 3):
        raise InputError("a severity is 1, 2 or 3", where=repr(new.severity))
    require_degrees(new.lon, new.lat)


def _of_source(
    connection: Connection, new: NewCase, category: Category, now: datetime
) -> dict[str, Any]:
    """The columns that say who told, and when."""
    at = new.reported_at or now
    if not in_calendar(at) or at > now + _FAST:
        raise InputError("a report is of the past", where="reported_at", fix="say when it was")
    secret = new.confidential or new.source == "tip" or category.group == "tip"
    ref = None
    if any(word.strip() for word in new.reporter.values()):
        ref = personal.keep(connection, "sender" if secret else "reporter", new.reporter)
    return {
        "category": category.code,
        "severity": new.severity or category.severity,
        "confidential": secret,
        "found_by_staff": new.source in STAFF_SOURCES,
        "reported_at": at,
        "reporter_ref": ref,
        "relapse_of_id": new.relapse_of or relapse_of(new.source, category, new.lon, new.lat, at),
    }


def _insert(connection: Connection, new: NewCase, day: str, **values: Any) -> tuple[int, str]:
    """Insert the row, which gets its owners at once, and give its id and its number.

    Numbers are drawn: if they were counted, a gap would tell of a case that is hidden. One that is
    taken makes no row, and another is drawn.
    """
    for _ in range(_DRAWS):
        number = f"{day}-{secrets.randbelow(NUMBERS):06d}"
        source_id = _named(new, number)
        statement = _inserting(new, number=number, source_id=source_id, **values)
        row = connection.execute(statement).one_or_none()
        if row is not None:
            if not any(row[1:]):
                raise outside_grids(new.lon, new.lat)
            return int(row.id), number
        if not _is_taken(connection, number):
            raise Conflict("is on record already", where=source_id)
    raise Busy("the numbers of this day are used up", where=day, fix="report it tomorrow")


def _is_taken(connection: Connection, number: str) -> bool:
    taken = select(case_file.c.id).where(case_file.c.number == number)
    return connection.scalar(taken) is not None


def _inserting(new: NewCase, **values: Any) -> ReturningInsert[Any]:
    """Put the row in, unless what is unique of it is on record."""
    return (
        insert(case_file)
        .values(
            point=point_at(new.lon, new.lat),
            source=new.source,
            channel=checked_words(new.channel, "channel", LONGEST_PLACE),
            campaign_task_id=new.campaign_task,
            campaign_item_id=new.campaign_item,
            facility_id=new.facility,
            **values,
        )
        .on_conflict_do_nothing()
        .returning(case_file.c.id, *(case_file.c[f"{level}_id"] for level in NESTED_LEVELS))
    )
