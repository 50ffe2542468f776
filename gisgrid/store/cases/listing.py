"""Cases in lists: for a grid member's day, a chief's board, and files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Literal

from sqlalchemy import BigInteger, ColumnElement, cast, func, or_, select, tuple_

from gisgrid.cases.categories import categories
from gisgrid.cases.stages import CLOSED
from gisgrid.errors import InputError
from gisgrid.store.cases.records import Case, case_of, select_cases
from gisgrid.store.scope import visible_to
from gisgrid.store.tables import LEVELS, case_call, case_file, case_text

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["CaseFilter", "CasePage", "Order", "listing"]

Order = Literal["newest", "due"]

_LATEST: Final = 2**62
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
        ``after`` is none of ours.
    """
    c = case_file.c
    due = order == "due"
    micros = cast(func.extract("epoch", c.due_at if due else c.reported_at) * 1_000_000, BigInteger)
    moment = func.coalesce(micros, _LATEST)
    key = tuple_(moment, c.id)
    query = select_cases(moment.label("moment")).where(
        visible_to(connection, case_file), *(wanted or CaseFilter()).predicates()
    )
    if after is not None:
        end = tuple_(*_read(after))
        query = query.where(key > end if due else key < end)
    ordered = (moment, c.id) if due else (moment.desc(), c.id.desc())
    rows = connection.execute(query.order_by(*ordered).limit(limit + 1)).all()
    last = rows[limit - 1] if len(rows) > limit else None
    return CasePage(
        tuple(case_of(row) for row in rows[:limit]),
        None if last is None else f"{last.moment}.{last.id}",
    )


def _read(after: str) -> tuple[int, int]:
    moment, _, number = after.partition(".")
    try:
        found = int(moment), int(number)
    except ValueError:
        found = (_LATEST * 2, 0)
    if not all(abs(one) < 2 * _LATEST for one in found):
        raise InputError("is no page of this list", where=repr(after), fix="leave it out")
    return found
