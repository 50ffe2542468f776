"""A new case: told once, owned by its micro-grid at once."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from gisgrid.cases.calendar import packaged_calendar
from gisgrid.cases.categories import SOURCES, STAFF_SOURCES, Category, category_of
from gisgrid.cases.clocks import ACCEPTING
from gisgrid.cases.codes import code_hash, new_code
from gisgrid.cases.stages import Stage
from gisgrid.errors import Conflict, CoordinateError, InputError
from gisgrid.locate import NESTED_LEVELS
from gisgrid.store import personal
from gisgrid.store.cases.mirror import follow
from gisgrid.store.cases.records import Case, case_of, select_cases
from gisgrid.store.cases.relapses import PLANNED, relapse_of
from gisgrid.store.cases.writing import checked_words, write_event
from gisgrid.store.tables import case_file, case_number, case_text
from gisgrid.times import EARLIEST_YEAR

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from gisgrid.access import Actor
    from gisgrid.cases.calendar import WorkCalendar

__all__ = ["NewCase", "report"]

_LONGEST_PLACE: Final = 200
# Clocks of those who report may go fast.
_FAST: Final = timedelta(minutes=10)


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
    """
    calendar = calendar or packaged_calendar()
    category = category_of(new.category)
    words = {
        "description": checked_words(new.description, "description"),
        "place": checked_words(new.place, "place", _LONGEST_PLACE),
    }
    _check(new)
    count, now = connection.execute(select(case_number.next_value(), func.clock_timestamp())).one()
    number = f"{prefix}{now.astimezone(calendar.zone):%Y%m%d}-{count:04d}"
    code = new_code() if new.coded else ""
    case_id = _insert(
        connection,
        new,
        number=number,
        source_id=_named(new, number),
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
    name = checked_words(new.source_id, "source_id", _LONGEST_PLACE)
    return f"{new.source}:{name}" if name else f"case:{number}"


def _check(new: NewCase) -> None:
    if new.source not in SOURCES:
        raise InputError(
            "there is no such source", where=repr(new.source), fix=f"one of {', '.join(SOURCES)}"
        )
    if new.severity not in (None, 1, 2, 3):
        raise InputError("a severity is 1, 2 or 3", where=repr(new.severity))
    if not (-180 <= new.lon <= 180 and -90 <= new.lat <= 90):
        raise CoordinateError(
            "is no place in degrees", where=f"{new.lon}, {new.lat}", fix="give lon, lat in wgs84"
        )


def _of_source(
    connection: Connection, new: NewCase, category: Category, now: datetime
) -> dict[str, Any]:
    """The columns that say who told, and when."""
    at = new.reported_at or now
    if at.astimezone(UTC).year < EARLIEST_YEAR or at > now + _FAST:
        raise InputError("a report is of the past", where=at.isoformat(), fix="say when it was")
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
        "relapse_of_id": new.relapse_of or _came_back(new, category, at),
    }


def _came_back(new: NewCase, category: Category, at: datetime) -> Any:
    return None if new.source in PLANNED else relapse_of(category, new.lon, new.lat, at)


def _insert(connection: Connection, new: NewCase, **values: Any) -> int:
    """Insert the row, which gets its owners at once, and give its id."""
    statement = (
        insert(case_file)
        .values(
            # psycopg2 would write a numpy number as a call of a function.
            point=func.ST_SetSRID(func.ST_MakePoint(float(new.lon), float(new.lat)), 4326),
            source=new.source,
            channel=checked_words(new.channel, "channel", _LONGEST_PLACE),
            campaign_task_id=new.campaign_task,
            campaign_item_id=new.campaign_item,
            facility_id=new.facility,
            **values,
        )
        .on_conflict_do_nothing(index_elements=["source_id"])
        .returning(case_file.c.id, *(case_file.c[f"{level}_id"] for level in NESTED_LEVELS))
    )
    row = connection.execute(statement).one_or_none()
    if row is None:
        raise Conflict("is on record already", where=str(values["source_id"]))
    if not any(row[1:]):
        raise CoordinateError(
            "lies outside all grids",
            where=f"{new.lon}, {new.lat}",
            fix="give a place in the district",
        )
    return int(row.id)
