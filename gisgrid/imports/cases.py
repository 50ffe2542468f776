"""Importing cases: police calls, a hotline's tickets and the like, row by row."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from gisgrid.cases.categories import SOURCES, categories
from gisgrid.errors import Busy, Conflict, InputError
from gisgrid.files import Batch, require_columns
from gisgrid.imports.addressed import Positions
from gisgrid.imports.running import (
    TEXT,
    Reader,
    RowFile,
    open_rows,
    run_import,
    source_ids,
    typed,
)
from gisgrid.points.columns import instants, texts
from gisgrid.points.progress import Progress, quiet
from gisgrid.store.cases import NewCase, report
from gisgrid.store.places import Merged

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import tzinfo

    from sqlalchemy import Connection

    from gisgrid.access import Actor
    from gisgrid.cases.calendar import WorkCalendar
    from gisgrid.files import Reject
    from gisgrid.imports.report import ImportReport, Notice
    from gisgrid.points.sieve import Sieve

__all__ = ["CASE_COLUMNS", "CaseFile", "import_cases"]

# What a file may bring beside its points.
CASE_COLUMNS: Final = (
    *("category", "reported_at", "severity", "description", "place", "name", "telephone"),
)


@dataclass(frozen=True, kw_only=True)
class CaseFile(RowFile):
    """A file of cases.

    Attributes
    ----------
    source : str
        Who told of them: a key of `gisgrid.cases.categories.SOURCES`.
    channel : str
        Through which door they came.
    prefix : str
        With which their numbers begin.
    lon, lat : str, optional
        The columns of longitude and latitude.
    address : str, optional
        The column of the address, for rows that bring no point.
    """

    source: str
    channel: str = "government"
    prefix: str = "JD"
    lon: str | None = None
    lat: str | None = None
    address: str | None = None


def import_cases(
    connection: Connection,
    file: CaseFile,
    *,
    actor: Actor,
    calendar: WorkCalendar,
    zone: tzinfo,
    progress: Progress = quiet,
) -> ImportReport:
    """Report every row of a file as a case, in the caller's transaction.

    A row whose id is on record already stays as it is, so that a file can be imported again.

    Parameters
    ----------
    actor : Actor
        Who reports them.
    calendar : WorkCalendar
        By which they are due.
    zone : tzinfo
        In which times without an offset are read.

    Raises
    ------
    InputError
        The file, a column or the CRS cannot be used, or no row can.
    RejectedError
        ``strict`` and a row was rejected.
    """
    _check(file)
    readers: dict[str, Reader] = {
        **dict.fromkeys(CASE_COLUMNS, TEXT),
        "category": (_codes, "is no category"),
        "severity": (_severities, "is not 1, 2 or 3"),
        "reported_at": (partial(instants, zone=zone), "is not a date or time"),
    }
    with open_rows(file) as source:
        where = Positions.of(connection, source, file)
        wanted = [name for name in (file.id, *where.columns, *file.columns.values()) if name]
        require_columns(source, wanted)
        reporting = _Reporting(connection, file, actor, calendar)

        def take(batch: Batch, sieve: Sieve) -> None:
            own = where.own(batch, sieve)
            values = typed(batch, sieve, file.columns, readers)
            ids = source_ids(batch, sieve, file)
            values["lon"], values["lat"] = where.filled(batch, sieve, own)
            reporting.take(values, ids, sieve)

        made = run_import(
            connection,
            source,
            file,
            noun="case",
            crs=where.crs_name,
            wanted=wanted,
            loader=reporting,
            take=take,
            progress=progress,
            options={"source": file.source, "channel": file.channel},
        )
        return where.reported(made)


class _Reporting:
    """Reports the good rows one by one; a row that is refused is rejected with the reason."""

    outside: int | None = None

    def __init__(
        self, connection: Connection, file: CaseFile, actor: Actor, calendar: WorkCalendar
    ) -> None:
        self._connection, self._file = connection, file
        self._actor, self._calendar = actor, calendar
        self._new = self._known = 0

    def take(self, values: dict[str, Any], ids: Any, sieve: Sieve) -> None:
        """Report the good rows of a batch."""
        reasons = np.full(len(ids), "", dtype=object)
        fields, said = reasons.copy(), ids.copy()
        for row in np.flatnonzero(sieve.good).tolist():
            told = {name: column[row] for name, column in values.items()}
            try:
                with self._connection.begin_nested():
                    self._report(told, ids[row])
            except (InputError, Busy) as error:
                reasons[row] = error.what
                if error.where in told:
                    fields[row] = self._file.columns.get(error.where, error.where)
                    said[row] = told[error.where]
            except Conflict:
                self._known += 1
            else:
                self._new += 1
        for field in set(fields.tolist()):
            sieve.drop((reasons != "") & (fields == field), field, reasons, said)

    def repeated(self, field: str) -> Iterator[list[Reject]]:
        """None: a row with an id that stood in the file before is on record by then."""
        return iter(())

    def merge(self, import_id: int) -> Merged:
        """What came of the rows."""
        return Merged(self._new, 0, self._known)

    def notices(self) -> tuple[Notice, ...]:
        """None."""
        return ()

    def _report(self, told: dict[str, Any], source_id: str) -> None:
        person = {name: str(told.get(name) or "") for name in ("name", "telephone")}
        severity, at = told.get("severity"), told.get("reported_at")
        when = None if at is None or pd.isna(at) else at.to_pydatetime()
        new = NewCase(
            category=str(told["category"]),
            lon=float(told["lon"]),
            lat=float(told["lat"]),
            source=self._file.source,
            channel=self._file.channel,
            severity=int(severity) if severity else None,
            reported_at=when,
            source_id=source_id,
            reporter=person,
            description=str(told.get("description") or ""),
            place=str(told.get("place") or ""),
        )
        report(
            self._connection,
            new,
            self._actor,
            calendar=self._calendar,
            prefix=self._file.prefix,
        )


def _check(file: CaseFile) -> None:
    where = str(file.path)
    if file.source not in SOURCES:
        raise InputError("there is no such source", where=where, fix=f"one of {', '.join(SOURCES)}")
    if file.id is None:
        raise InputError(
            "cases need an id, by which a row is taken once",
            where=where,
            fix="name its column: --id",
        )
    if "category" not in file.columns:
        raise InputError("cases need a category", where=where, fix="name its column: --category")


def _codes(column: Any) -> tuple[Any, Any]:
    """Codes of categories, from codes or Chinese names; and which are none."""
    known = {one.code: one.code for one in categories().values()}
    known |= {one.name_zh: one.code for one in categories().values()}
    said, bad = texts(column)
    found = said.str.strip().map(known)
    return found, (found.isna() | bad).to_numpy(dtype=bool)


def _severities(column: Any) -> tuple[Any, Any]:
    """1 to 3, 0 where nothing is said; and which are none."""
    said, bad = texts(column)
    found = said.str.strip().map({"": 0, "1": 1, "2": 2, "3": 3})
    return found, (found.isna() | bad).to_numpy(dtype=bool)
