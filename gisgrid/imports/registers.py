"""Importing registers: people with their posts, departments, teams, counts of party groups.

The columns of a file are known by their names. A row that cannot be put on record goes to the
rejects file with the reason that the store gives. People may be many, and are put on record all
at once; of the others there are few, each put on record on its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, tzinfo
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from gisgrid.errors import GisgridError
from gisgrid.files import Batch, Reject, require_columns
from gisgrid.imports.running import TEXT, WHOLE, Reader, RowFile, drop_long, open_rows, run_import
from gisgrid.imports.running import typed as read_typed
from gisgrid.points.columns import days, instants
from gisgrid.points.progress import Progress, quiet
from gisgrid.store import people
from gisgrid.store.places import Merged

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from gisgrid.access import Actor
    from gisgrid.imports.report import ImportReport, Notice
    from gisgrid.points.sieve import Sieve

__all__ = ["REGISTERS", "RegisterFile", "import_register"]


@dataclass(frozen=True)
class _Register:
    """What a file of one kind holds, and what puts its rows on record."""

    texts: tuple[str, ...]
    required: tuple[str, ...]
    key: tuple[str, ...]
    loader: Callable[[Connection, _Register, Actor], _RowLoader | _PeopleLoader]
    whole: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    instants: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.texts, *self.whole, *self.days, *self.instants)

    def readers(self, zone: tzinfo) -> dict[str, Reader]:
        moment: Reader = (partial(instants, zone=zone), "is not a date or time")
        return {
            **dict.fromkeys(self.texts, TEXT),
            **dict.fromkeys(self.whole, WHOLE),
            **dict.fromkeys(self.days, (days, "is not a day such as 2024-04-01")),
            **dict.fromkeys(self.instants, moment),
        }


def _put_department(connection: Connection, row: Mapping[str, Any]) -> int:
    one = people.Department(
        row["code"], row.get("kind") or "line", row["name_zh"], row.get("name_en", "")
    )
    return people.put_departments(connection, [one])


def _put_team(connection: Connection, row: Mapping[str, Any]) -> int:
    return people.put_teams(connection, [people.Team(**row)])


def _put_party(connection: Connection, row: Mapping[str, Any]) -> int:
    return people.put_party(connection, [people.PartyCount(**row)])


@dataclass(frozen=True, kw_only=True)
class RegisterFile(RowFile):
    """A file of a register.

    Attributes
    ----------
    register : str
        A key of `REGISTERS`: ``people``, ``departments``, ``teams`` or ``party``.
    """

    register: str


class _RowLoader:
    """Puts rows on record one by one, and counts what came of them."""

    outside = None

    def __init__(
        self,
        connection: Connection,
        register: _Register,
        actor: Actor,
        *,
        put: Callable[[Connection, Mapping[str, Any]], int],
    ) -> None:
        self._connection, self._key, self._put = connection, register.key, put
        self._first: dict[tuple[Any, ...], int] = {}
        self._changed = self._unchanged = 0

    def fault(self, row: Mapping[str, Any], number: int) -> str:
        """Put a row on record; why it cannot be, or nothing."""
        key = tuple(row.get(name) for name in self._key)
        first = self._first.setdefault(key, number)
        if first != number:
            return f"stands in row {first} too"
        try:
            differing = self._put(self._connection, row)
        except GisgridError as error:
            return str(error)
        self._changed += differing
        self._unchanged += 1 - differing
        return ""

    def repeated(self, field: str) -> Iterator[list[Reject]]:
        """They have been told already."""
        return iter(())

    def merge(self, import_id: int) -> Merged:
        """What came of all rows; they are on record already."""
        return Merged(0, self._changed, self._unchanged)

    def notices(self) -> tuple[Notice, ...]:
        """Nothing to say."""
        return ()


class _PeopleLoader:
    """Gathers rows of people, and puts them on record all at once."""

    outside = None

    def __init__(self, connection: Connection, register: _Register, actor: Actor) -> None:
        self._connection, self._actor = connection, actor
        self._rows: list[people.Enrolment] = []
        self._roll = people.Roll(connection, ())

    def fault(self, row: Mapping[str, Any], number: int) -> str:
        """Gather a row; what is wrong with it is told when all are there."""
        self._rows.append(_enrolment(row, number))
        return ""

    def repeated(self, field: str) -> Iterator[list[Reject]]:
        """The rows that cannot be put on record, each with its field."""
        self._roll = people.Roll(self._connection, self._rows)
        yield [Reject(one.row, one.field, one.reason, one.value) for one in self._roll.refusals]

    def merge(self, import_id: int) -> Merged:
        """Put all others on record."""
        return self._roll.put(actor=self._actor)

    def notices(self) -> tuple[Notice, ...]:
        """Nothing to say."""
        return ()


# Where nobody says since when a post is held.
_SINCE: Final = datetime(2000, 1, 1, tzinfo=UTC)


def _enrolment(row: Mapping[str, Any], number: int) -> people.Enrolment:
    names = ("code", "name", "telephone", "home_job", "department")
    somebody = people.NewPerson(**{one: row.get(one, "") for one in names})
    if not row.get("grid"):
        return people.Enrolment(number, somebody)
    new = people.NewPost(
        person=row["code"],
        grid=row["grid"],
        kind=row.get("kind") or "member",
        own_post=row.get("own_post", ""),
        since=row.get("since") or _SINCE,
        until=row.get("until"),
    )
    return people.Enrolment(number, somebody, new)


_FIGURE: Final = ("source", "qualifier")

REGISTERS: Final[Mapping[str, _Register]] = {
    "people": _Register(
        texts=(
            *("code", "name", "telephone", "home_job", "department"),
            *("grid", "kind", "own_post"),
        ),
        required=("code",),
        key=("code", "grid", "since"),
        loader=_PeopleLoader,
        instants=("since", "until"),
    ),
    "departments": _Register(
        texts=("code", "kind", "name_zh", "name_en"),
        required=("code", "name_zh"),
        key=("code",),
        loader=partial(_RowLoader, put=_put_department),
    ),
    "teams": _Register(
        texts=("code", "grid", "kind", "name_zh", "name_en", *_FIGURE),
        required=("code", "grid", "kind", "name_zh", "people", "as_of"),
        key=("code", "as_of"),
        loader=partial(_RowLoader, put=_put_team),
        whole=("people",),
        days=("as_of",),
    ),
    "party": _Register(
        texts=("grid", *_FIGURE),
        required=("grid", "groups", "members", "as_of"),
        key=("grid", "as_of"),
        loader=partial(_RowLoader, put=_put_party),
        whole=("groups", "members"),
        days=("as_of",),
    ),
}


def import_register(
    engine: Engine,
    file: RegisterFile,
    *,
    zone: tzinfo,
    actor: Actor,
    progress: Progress = quiet,
) -> ImportReport:
    """Import a register in one transaction; what the file lacks stays.

    Raises
    ------
    InputError
        The file or a column cannot be used; nothing is left behind.
    RejectedError
        ``strict`` and a row was rejected.
    """
    register = REGISTERS[file.register]
    readers = register.readers(zone)
    with open_rows(file) as source, engine.begin() as connection:
        columns = [name for name in register.columns if name in source.columns]
        require_columns(source, (*register.required, *columns))
        loader = register.loader(connection, register, actor)

        def take(batch: Batch, sieve: Sieve) -> None:
            values = read_typed(batch, sieve, {name: name for name in columns}, readers)
            for name in register.required:
                empty = pd.isna(values[name]) | np.equal(values[name], "")
                sieve.drop(np.asarray(empty, dtype=bool), name, "is missing")
            for name in set(register.key) & set(register.texts) & set(columns):
                drop_long(sieve, values[name], name)
            faults = [
                loader.fault(row, batch.first_row + place) if sieve.good[place] else ""
                for place, row in enumerate(_rows(values))
            ]
            sieve.drop(np.array([bool(one) for one in faults]), register.key[0], faults)

        return run_import(
            connection,
            source,
            replace(file, columns={name: name for name in columns}),
            noun=file.register,
            crs="",
            wanted=columns,
            loader=loader,
            take=take,
            progress=progress,
        )


def _rows(values: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Row by row, as plain values; what is missing is left out."""
    columns = {name: pd.Series(column).astype(object) for name, column in values.items()}
    for row in zip(*columns.values(), strict=True):
        told = dict(zip(columns, row, strict=True))
        yield {name: _plain(value) for name, value in told.items() if not pd.isna(value)}


def _plain(value: Any) -> str | int | date | datetime:
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime()
    return value if isinstance(value, str | date) else int(value)
