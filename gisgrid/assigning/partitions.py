"""Parquet to a folder of Parquet: parts that workers read, answer and write by themselves."""

from __future__ import annotations

import secrets
import socket
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pyarrow.parquet as pq

from gisgrid.assigning.answering import AnswerColumns, Tally, answer
from gisgrid.assigning.streaming import TABLE_ROWS
from gisgrid.errors import FileError, WorkerError
from gisgrid.files.parquet_source import ParquetSource
from gisgrid.files.parquet_writing import parquet_writer
from gisgrid.files.whole import PARTS, whole_folder, writing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gisgrid.assigning.crews import Crew
    from gisgrid.assigning.pointfile import PointFile
    from gisgrid.locate import CoverageIndex
    from gisgrid.points.progress import Progress

__all__ = ["Part", "parts_of", "write_parts"]

# Row groups are joined until a part has so many rows.
PART_ROWS = 1_000_000


@dataclass(frozen=True)
class Part:
    """Some row groups of a file, answered into a file of their own.

    Attributes
    ----------
    path : Path
    groups : tuple of int
        Numbers of the row groups.
    first_row : int
        Number of the first row in the file, from 1.
    rows : int
    name : str
        Of the file to write.
    """

    path: Path
    groups: tuple[int, ...]
    first_row: int
    rows: int
    name: str

    def __str__(self) -> str:
        return f"{self.path}, rows {self.first_row}–{self.first_row + self.rows - 1}"


def parts_of(points: PointFile, columns: AnswerColumns) -> list[Part]:
    """Divide a file, or a folder of files, into parts, in the order of rows and of file names.

    Raises
    ------
    InputError
        A file cannot be read, lacks the coordinates or has a column of the answer already.
    """
    folder = points.path.is_dir()
    files = points.parquet_files() if folder else [points.path]
    parts: list[Part] = []
    for path in files:
        # Clusters write a file without rows where a partition came out empty.
        if folder and not _has_rows(path):
            continue
        with points.open(path.resolve()) as source:
            points.positions(source)
            columns.require_free(source)
            for groups, first, rows in _joined(cast("ParquetSource", source).groups):
                name = f"part-{len(parts):06}.parquet"
                parts.append(Part(source.path, groups, first, rows, name))
    if not parts:
        raise FileError("the files have no rows", where=str(points.path))
    return parts


def _has_rows(path: Path) -> bool:
    try:
        return bool(pq.read_metadata(path).num_rows)
    except (OSError, ValueError):
        return True


def _joined(groups: tuple[int, ...]) -> Iterator[tuple[tuple[int, ...], int, int]]:
    """Numbers of row groups that make a part, its first row and its rows."""
    first, rows, numbers = 1, 0, []
    for number, size in enumerate(groups):
        numbers.append(number)
        rows += size
        if rows >= PART_ROWS or number == len(groups) - 1:
            yield tuple(numbers), first, rows
            first, rows, numbers = first + rows, 0, []


def write_parts(
    points: PointFile,
    columns: AnswerColumns,
    output: Path,
    *,
    parts: list[Part],
    crew: Crew,
    progress: Progress,
) -> Tally:
    """Answer all parts into a folder that appears when all are done.

    Parameters
    ----------
    points : PointFile
    columns : AnswerColumns
    output : Path
        The folder; workers on other machines must see it under the same path.
    parts : list of Part
    crew : Crew
    progress : callable

    Raises
    ------
    FileError
        There is such a folder already, and it is not the answer of an earlier run.
    WorkerError
        Workers are lost again and again, or what they wrote is not in the folder.
    """
    _require_answer(output, columns)
    total = sum(part.rows for part in parts)
    tally = Tally()
    with whole_folder(output) as draft:
        work = partial(_answer_part, points=points, columns=columns, folder=draft.resolve())
        for one in crew.run(work, parts):
            tally += one
            progress(tally.rows, total)
        _require_all(parts, draft, output)
    return tally


def _require_answer(folder: Path, columns: AnswerColumns) -> None:
    """Make sure that all parts in a folder that is to be replaced are answers themselves."""
    for path in sorted(folder.glob(PARTS)):
        if not set(columns.names) <= _column_names(path):
            raise FileError(
                f"{path.name} in it is not the answer of an earlier run: it lacks the columns "
                f"{', '.join(columns.names)}", where=str(folder), fix="name a new folder",
            )  # fmt: skip


def _column_names(path: Path) -> set[str]:
    try:
        return set(pq.read_schema(path).names)
    except (OSError, ValueError):
        return set()


def _require_all(parts: list[Part], draft: Path, output: Path) -> None:
    missing = sorted({part.name for part in parts} - {path.name for path in draft.iterdir()})
    if missing:
        raise WorkerError(
            f"{len(missing)} of {len(parts)} parts are not there, such as {missing[0]}",
            where=str(output), fix="share the folder with all workers under the same path",
        )  # fmt: skip


def _answer_part(
    index: CoverageIndex, part: Part, *, points: PointFile, columns: AnswerColumns, folder: Path
) -> Tally:
    """Answer one part; done twice, at once even, it leaves the same file."""
    _require_shared(part.path, folder)
    draft = folder / f".{part.name}.{secrets.token_hex(4)}"
    with points.open(part.path) as opened, writing(folder / part.name):
        source = cast("ParquetSource", opened)
        where = points.positions(source)
        tally, first = Tally(), part.first_row
        # One worker is one thread; side by side are the workers.
        tables = source.tables(size=TABLE_ROWS, groups=part.groups, threads=False)
        schema = columns.schema(source.schema_in(where.of_shapes))
        with parquet_writer(draft, schema, source.shape) as writer:
            for table in tables:
                batch = source.positions(table, where.at, first)
                found = answer(index, batch, crs=where.crs, at=where.at)
                writer.write_table(columns.tabled(table, found))
                tally += Tally.of(found)
                first += table.num_rows
        draft.replace(folder / part.name)
    return tally


def _require_shared(*paths: Path) -> None:
    for path in paths:
        if not path.exists():
            raise FileError(
                f"the worker on {socket.gethostname()} does not see this", where=str(path),
                fix="share it with all workers under the same path",
            )  # fmt: skip
