"""Cases in lists: for a grid member's day, a chief's board, and files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal

from sqlalchemy import ColumnElement, Select, func, or_, select, tuple_

from gisgrid.cases.categories import categories
from gisgrid.cases.stages import CLOSED
from gisgrid.errors import InputError
from gisgrid.store.cases.records import Case, case_of, select_cases
from gisgrid.store.scope import visible_to
from gisgrid.store.tables import LEVELS, case_call, case_file, case_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Row

__all__ = ["CaseFilter", "CasePage", "Order", "every_case", "how_many", "listing"]

Order = Literal["newest", "due"]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
# Instead of a moment, for cases that no clock runs for.
_NEVER: Final = "never"
_AT_ONCE: Final = 1_000
# In the words of the index of what is due.
_CLOSED: Final = sorted(stage.value for stage in CLOSED)


@dataclass(frozen=True, kw_only=True)
class CaseFilter:
    """Which cases are meant; nothing given means all that may be seen.

    Attributes
    ----------
    numbers, stages, categories, groups, sources : tuple of str
    grid : int, optional
        Owned by this grid, of any level.
    department : str
        Called to it, and still there.
    open, overdue, escalated : bool, optional
    since, until : datetime, optional
        Reported in ``[since, until)``.
    unheard_since : datetime, optional
        Told by others than the staff, and nobody has told them anything since.
    words : str
        In the number, the place or the description.
    box : (west, south, east, north), optional
        Degrees.
    """

    numbers: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    grid: int | None = None
    department: str = ""
    open: bool | None = None
    overdue: bool | None = None
    escalated: bool | None = None
    since: datetime | None = None
    until: datetime | None = None
    unheard_since: datetime | None = None
    words: str = ""
    box: tuple[float, float, float, float] | None = None

    def predicates(self) -> list[ColumnElement[Any]]:
        """As conditions of a query of cases with their texts."""
        c = case_file.c
        listed = (
            (c.number, self.numbers),
            (c.stage, self.stages),
            (c.category, self._codes()),
            (c.source, self.sources),
        )
        found: list[ColumnElement[Any]] = [
            column.in_(values) for column, values in listed if values is not None and values != ()
        ]
        if self.grid is not None:
            found.append(or_(*(c[f"{level}_id"] == self.grid for level in LEVELS)))
        if self.department:
            there = select(case_call.c.case_id).where(
                case_call.c.department == self.department, case_call.c.left_at.is_(None)
            )
            found.append(c.id.in_(there))
        if self.open is not None:
            found.append(c.stage.not_in(_CLOSED) if self.open else c.stage.in_(_CLOSED))
        if self.overdue is not None:
            # Of open cases by the index of what is due: it knows no clock that goes on.
            end = func.now() if self.open else func.coalesce(c.closed_at, func.now())
            late = c.due_at < end
            found.append(late if self.overdue else func.coalesce(late, False).is_(False))
        if self.escalated is not None:
            found.append(c.escalated == self.escalated)
        return [*found, *self._when_and_where(), *self._with_words()]

    def _codes(self) -> tuple[str, ...] | list[str]:
        if not self.groups:
            return self.categories
        wanted = [one.code for one in categories().values() if one.group in self.groups]
        return [code for code in wanted if not self.categories or code in self.categories]

    def _when_and_where(self) -> list[ColumnElement[Any]]:
        c = case_file.c
        found: list[ColumnElement[Any]] = []
        if self.since is not None:
            found.append(c.reported_at >= self.since)
        if self.until is not None:
            found.append(c.reported_at < self.until)
        if self.unheard_since is not None:
            found += [c.heard_at < self.unheard_since, ~c.found_by_staff]
        if self.box is not None:
            found.append(c.point.op("&&")(func.ST_MakeEnvelope(*self.box, 4326)))
        return found

    def _with_words(self) -> list[ColumnElement[Any]]:
        if not self.words:
            return []
        columns = (case_file.c.number, case_text.c.place, case_text.c.description)
        return [or_(*(column.icontains(self.words, autoescape=True) for column in columns))]


@dataclass(frozen=True)
class CasePage:
    """Cases, and where the next page begins; None at the end."""

    cases: tuple[Case, ...]
    after: str | None


def listing(
    connection: Connection,
    wanted: CaseFilter | None = None,
    *,
    order: Order = "newest",
    after: str | None = None,
    limit: int = 100,
) -> CasePage:
    """One page of cases that may be seen.

    Parameters
    ----------
    connection : Connection
    wanted : CaseFilter, optional
    order : {"newest", "due"}
        Reported last first; or due first first, those without a clock last.
    after : str, optional
        What the page before said of its end.
    limit : int
        Most cases.

    Raises
    ------
    InputError
        ``after`` is none of ours, or of the other order.
    """
    due = order == "due"
    query = _ordered(connection, wanted, due=due)
    if after is not None:
        query = query.where(_beyond(*_read(after, order), due=due))
    rows = connection.execute(query.limit(limit + 1)).all()
    last = rows[limit - 1] if len(rows) > limit else None
    return CasePage(
        tuple(case_of(row) for row in rows[:limit]),
        None if last is None else _written(last, order),
    )


def every_case(
    connection: Connection, wanted: CaseFilter | None = None, *, order: Order = "newest"
) -> Iterator[Case]:
    """All cases of a list, read as they are taken: none waits in memory for the last.

    Parameters
    ----------
    connection : Connection
        Of one snapshot, which stays open until the end.
    wanted, order
        As for `listing`.
    """
    query = _ordered(connection, wanted, due=order == "due")
    found = connection.execute(query, execution_options={"yield_per": _AT_ONCE})
    yield from map(case_of, found)


def _ordered(connection: Connection, wanted: CaseFilter | None, *, due: bool) -> Select[Any]:
    c = case_file.c
    moment = c.due_at if due else c.reported_at
    # The columns themselves, and no expression of them: so an index has them in order.
    ordered = (moment.nulls_last(), c.number) if due else (moment.desc(), c.number.desc())
    seen = (visible_to(connection, case_file), *(wanted or CaseFilter()).predicates())
    return select_cases().where(*seen).order_by(*ordered)


def _beyond(moment: datetime | None, number: str, *, due: bool) -> ColumnElement[bool]:
    """True for the cases that come after one in a list."""
    c = case_file.c
    if not due:
        return tuple_(c.reported_at, c.number) < tuple_(moment, number)
    if moment is None:
        return c.due_at.is_(None) & (c.number > number)
    return or_(tuple_(c.due_at, c.number) > tuple_(moment, number), c.due_at.is_(None))


def how_many(connection: Connection, wanted: CaseFilter | None = None) -> int:
    """How many cases there are on all pages of `listing`."""
    seen = (visible_to(connection, case_file), *(wanted or CaseFilter()).predicates())
    texts = case_file.outerjoin(case_text, case_text.c.case_id == case_file.c.id)
    query = select(func.count()).select_from(texts).where(*seen)
    return int(connection.execute(query).scalar_one())


def _written(last: Row[Any], order: Order) -> str:
    """Where a page ends: told by the number, as an id, which is counted, tells of hidden cases."""
    moment = last.due_at if order == "due" else last.reported_at
    since = _NEVER if moment is None else (moment - _EPOCH) // _MICROSECOND
    return f"{order}.{since}.{last.number}"


def _read(after: str, order: Order) -> tuple[datetime | None, str]:
    of, _, rest = after.partition(".")
    said, _, number = rest.partition(".")
    try:
        # The end of a page says nothing of a list in another order.
        if of != order or not number:
            raise ValueError
        moment = None if said == _NEVER else _EPOCH + int(said) * _MICROSECOND
    except (ValueError, OverflowError):
        raise InputError("is no page of this list", where=repr(after), fix="leave it out") from None
    return moment, number
