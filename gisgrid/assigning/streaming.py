"""Rows from one file to another, each with its answer, in memory that does not grow."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import pyarrow as pa

from gisgrid.assigning.answering import Answer, AnswerColumns, Tally, answer
from gisgrid.files import Batch, write_frame
from gisgrid.files.kinds import written_kind
from gisgrid.files.parquet_source import ParquetSource
from gisgrid.files.parquet_writing import parquet_writer
from gisgrid.files.whole import whole_file
from gisgrid.geometry.crs import WGS84

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from gisgrid.assigning.crews import Crew
    from gisgrid.assigning.pointfile import Positions
    from gisgrid.files import Source
    from gisgrid.points.progress import Progress

__all__ = ["TABLE_ROWS", "Stream"]

Rows = TypeVar("Rows")

BATCH_ROWS = 50_000
# Of a table kept in columns, and of the row groups that are written.
TABLE_ROWS = 262_144


@dataclass
class Stream:
    """An opened file on its way to another.

    Attributes
    ----------
    source : Source
    positions : Positions
        Where its rows say where they lie.
    columns : AnswerColumns
        What is added to them.
    crew : Crew
    progress : callable
    tally : Tally
        Of the rows so far.
    """

    source: Source
    positions: Positions
    columns: AnswerColumns
    crew: Crew
    progress: Progress
    tally: Tally = field(default_factory=Tally)

    def write(self, output: Path) -> dict[str, str]:
        """Write all rows with their answers.

        Returns
        -------
        dict
            Columns to field names, where the format changed them.
        """
        plain = output.suffix.lower() == ".parquet" or self.source.has_geometry
        if isinstance(self.source, ParquetSource) and written_kind(output) == "parquet" and plain:
            self._write_tables(self.source, output)
            return {}
        return self._write_batches(output)

    def _write_tables(self, source: ParquetSource, output: Path) -> None:
        """Parquet to Parquet: columns pass as they are, no row is looked at one by one."""

        def tables() -> Iterator[tuple[pa.RecordBatch, Batch]]:
            first = 1
            for table in source.tables(size=TABLE_ROWS):
                yield table, source.positions(table, self.positions.at, first)
                first += table.num_rows

        schema = self.columns.schema(source.schema_in(self.positions.of_shapes))
        with whole_file(output) as draft, parquet_writer(draft, schema, source.shape) as writer:
            for table, found in self._answered(tables()):
                writer.write_table(self.columns.tabled(table, found))

    def _write_batches(self, output: Path) -> dict[str, str]:
        table_like = output.suffix.lower() in (".csv", ".parquet")
        make_points = not self.source.has_geometry and not table_like

        def batches() -> Iterator[Batch]:
            read = ((batch, batch) for batch in self.source.batches(size=BATCH_ROWS))
            for batch, found in self._answered(read, make_points=make_points):
                frame = self.columns.framed(batch.frame, found)
                shapes = found.shapes if make_points else batch.geometry
                yield replace(batch, frame=frame, geometry=shapes)

        given = WGS84 if make_points else self.positions.shapes
        target = WGS84 if written_kind(output) == "geojson" else given
        return write_frame(output, batches(), crs=target, given=given).renamed

    def _answered(
        self, read: Iterable[tuple[Rows, Batch]], *, make_points: bool = False
    ) -> Iterator[tuple[Rows, Answer]]:
        """Rows with their answers; of each batch only the coordinates go to the crew."""
        kept: deque[Rows] = deque()

        def tasks() -> Iterator[Batch]:
            for rows, batch in read:
                kept.append(rows)
                yield _coordinates(batch, self.positions.at)

        crs, at = self.positions.crs, self.positions.at
        work = partial(answer, crs=crs, at=at, keep_points=make_points)
        for found in self.crew.run(work, tasks()):
            self.tally += Tally.of(found)
            self.progress(self.tally.rows, self.source.rows)
            yield kept.popleft(), found


def _coordinates(batch: Batch, at: tuple[str, str] | None) -> Batch:
    if at is None:
        return replace(batch, frame=batch.frame[[]])
    return replace(batch, frame=batch.frame[list(dict.fromkeys(at))], geometry=None)
