"""What every import of rows does: begin, take batch after batch, merge, record."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np
import pandas as pd

from gisgrid.files import Batch, Reject, Source, open_source
from gisgrid.imports.rejecting import RejectLog
from gisgrid.imports.report import ImportReport, Notice
from gisgrid.points.columns import texts, whole_numbers
from gisgrid.points.sieve import Sieve
from gisgrid.store import imports

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sqlalchemy import Connection

    from gisgrid.points.progress import Progress
    from gisgrid.store.places import Merged

__all__ = [
    "SMALL",
    "TEXT",
    "WHOLE",
    "Loader",
    "Reader",
    "RowFile",
    "drop_long",
    "open_rows",
    "row_numbers",
    "run_import",
    "source_ids",
    "typed",
]


@dataclass(frozen=True, kw_only=True)
class RowFile:
    """A file of rows and how to read it.

    Attributes
    ----------
    path : Path
    id : str, optional
        The column that makes a row the same row when it is imported again; without it a row
        is known by the file's name and its number.
    columns : mapping of table column to file column
        What else to take.
    layer, crs, encoding : str, optional
    map_approval : str, optional
        The map-approval number (审图号) of the source.
    strict : bool
        Take all rows or none.
    rejects : Path, optional
        Where to write rejected rows; by default ``<name>.rejects.csv`` in the current folder.
    """

    path: Path
    id: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    layer: str | None = None
    crs: str | None = None
    encoding: str | None = None
    map_approval: str | None = None
    strict: bool = False
    rejects: Path | None = None


class Loader(Protocol):
    """Takes typed rows and brings them into a table."""

    @property
    def outside(self) -> int | None:
        """How many of them no grid covers; None for rows without an owner."""

    def repeated(self, field: str) -> Iterator[list[Reject]]:
        """The rows whose id stood in the file before, in portions."""

    def merge(self, import_id: int) -> Merged:
        """Bring the rows into the table."""

    def notices(self) -> tuple[Notice, ...]:
        """What the user should know."""


def open_rows(file: RowFile) -> Source:
    """Open the file as its options say."""
    return open_source(file.path, layer=file.layer, encoding=file.encoding, crs=file.crs)


def row_numbers(batch: Batch) -> NDArray[np.int64]:
    """The numbers of a batch's rows in the file, from 1."""
    return np.arange(batch.first_row, batch.first_row + len(batch), dtype=np.int64)


def source_ids(batch: Batch, sieve: Sieve, file: RowFile) -> NDArray[np.object_]:
    """The id of each row; rows without one are dropped."""
    if file.id is None:
        source = f"{file.path.name}:{file.layer}" if file.layer else file.path.name
        made = [f"{source}:{number}" for number in row_numbers(batch)]
        return np.array(made, dtype=object)
    ids, bad = texts(batch.frame[file.id])
    sieve.drop(bad, file.id, "holds a NUL character")
    sieve.drop((ids == "").to_numpy(dtype=bool), file.id, "is missing")
    drop_long(sieve, ids, file.id)
    return ids.to_numpy(dtype=object)


_LONGEST_NAME: Final = 200

# How a kind of value is read, and what is said of one that cannot be.
Reader = tuple[Callable[["pd.Series[Any]"], "tuple[Any, NDArray[np.bool_]]"], str]

TEXT: Final[Reader] = (texts, "holds a NUL character")
SMALL: Final[Reader] = (
    partial(whole_numbers, most=2**15 - 1),
    "is not a whole number from 0 to 32,767",
)
WHOLE: Final[Reader] = (whole_numbers, "is not a whole number of 0 or more")


def drop_long(sieve: Sieve, names: pd.Series[str], field: str) -> None:
    """Drop rows whose id or code is longer than an index of the database can hold."""
    too_long = names.str.len().to_numpy(dtype=np.int64) > _LONGEST_NAME
    sieve.drop(too_long, field, f"is longer than {_LONGEST_NAME} characters", names.to_numpy())


def typed(
    batch: Batch,
    sieve: Sieve,
    columns: Mapping[str, str],
    readers: Mapping[str, Reader],
) -> dict[str, Any]:
    """The columns taken, as typed values; rows with a value that cannot be read are dropped."""
    values: dict[str, Any] = {}
    for target, name in columns.items():
        read, reason = readers[target]
        values[target], bad = read(batch.frame[name])
        sieve.drop(bad, name, reason, batch.frame[name].to_numpy(dtype=object))
    return values


def run_import(
    connection: Connection,
    source: Source,
    file: RowFile,
    *,
    noun: str,
    crs: str,
    wanted: list[str],
    loader: Loader,
    take: Callable[[Batch, Sieve], None],
    progress: Progress,
    options: Mapping[str, Any] | None = None,
) -> ImportReport:
    """Take all rows of a file within the caller's transaction.

    Parameters
    ----------
    noun : str
        What is imported, for the record.
    wanted : list of str
        The columns to read.
    loader : Loader
    take : callable
        Gives the good rows of a batch to the loader and drops the bad ones from the sieve.
    options : mapping, optional
        What else was asked for, for the record.

    Raises
    ------
    InputError
        No row can be used.
    RejectedError
        ``file.strict`` and a row was rejected.
    """
    import_id = imports.begin(
        connection,
        noun=noun,
        source=file.path.name,
        layer=file.layer,
        crs=crs,
        map_approval=file.map_approval,
        options={"id": file.id, "columns": dict(file.columns), **(options or {})},
    )
    read = 0
    with RejectLog(connection, import_id, file.path, file.layer, file.rejects) as rejects:
        for batch in source.batches(wanted):
            sieve = Sieve(batch)
            take(batch, sieve)
            rejects.add(sieve.rejects)
            read += len(batch)
            progress(read, source.rows)
        for repeats in loader.repeated(file.id or ""):
            rejects.add(repeats)
        if file.strict:
            rejects.require_none()
        if read == rejects.count:
            raise rejects.nothing_left(read)
        merged = loader.merge(import_id)
    notices = loader.notices()
    counts = {"rows_read": read, "rows_taken": read - rejects.count, "rows_rejected": rejects.count}
    imports.finish(connection, import_id, **counts, warnings=[notice.en for notice in notices])
    return ImportReport(
        import_id=import_id,
        **counts,
        inserted=merged.inserted,
        updated=merged.updated,
        unchanged=merged.unchanged,
        outside=loader.outside,
        rejects_file=rejects.path,
        notices=notices,
    )
