"""Reading Parquet: GeoParquet with its geometry, any other as a table."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from gisgrid.errors import FileError
from gisgrid.files.arrow import coordinates_of, frame_of, geometries_of, plain_column
from gisgrid.files.batches import Batch, Source
from gisgrid.files.write_table import crs_member
from gisgrid.geometry.crs import WGS84, Crs

__all__ = ["ParquetSource"]


class ParquetSource(Source):
    """A Parquet file; with GeoParquet's metadata its main geometry column, stored as WKB.

    GeoParquet that names no coordinate system is WGS 84 by its standard, ``null`` means unknown.

    Attributes
    ----------
    schema : pyarrow.Schema
        Of the file, with its metadata.
    groups : tuple of int
        Rows of each row group.
    """

    def __init__(self, path: Path, *, crs: Crs | None = None) -> None:
        self.path = path
        self.crs = crs
        with _arrow_errors(path):
            self._file = pq.ParquetFile(path)
        meta = self._file.metadata
        self.rows = int(meta.num_rows)
        self.groups = tuple(int(meta.row_group(i).num_rows) for i in range(meta.num_row_groups))
        self.schema: pa.Schema = self._file.schema_arrow
        self.shape = self._read_geo()
        self.has_geometry = self.shape is not None
        names = tuple(str(name) for name in self.schema.names)
        self.columns = tuple(name for name in names if name != self.shape)
        if self.rows == 0:
            raise FileError("the file has no rows", where=str(path))

    def close(self) -> None:
        self._file.close()

    def _read_geo(self) -> str | None:
        stored = (self.schema.metadata or {}).get(b"geo")
        if stored is None:
            return None
        try:
            geo = json.loads(stored)
            name = str(geo["primary_column"])
            column: dict[str, Any] = geo["columns"][name]
        except (ValueError, KeyError, TypeError):
            raise FileError("the GeoParquet metadata is broken", where=str(self.path)) from None
        if column.get("encoding") != "WKB":
            raise FileError(
                f"the geometry is stored as {column.get('encoding')!r}", where=str(self.path),
                fix="write it as WKB",
            )  # fmt: skip
        if "crs" in column:
            member = column["crs"]
            self.crs_text = None if member is None else json.dumps(member, ensure_ascii=False)
            if self.crs is None and self.crs_text is not None:
                self.crs = Crs.of_file(self.crs_text)
        else:
            self.crs_text = "OGC:CRS84"
            self.crs = self.crs or WGS84
        return name

    def schema_in(self, crs: Crs | None) -> pa.Schema:
        """The schema, saying that the geometry is in ``crs``; None leaves what the file says."""
        if self.shape is None or crs is None or (self.said and self.said.same_as(crs)):
            return self.schema
        geo = json.loads(self.schema.metadata[b"geo"])
        column = geo["columns"][self.shape]
        column.pop("crs", None)
        column.update(crs_member(crs))
        return self.schema.with_metadata({**self.schema.metadata, b"geo": json.dumps(geo)})

    def tables(
        self,
        columns: Sequence[str] | None = None,
        *,
        size: int,
        groups: Sequence[int] | None = None,
        threads: bool = True,
    ) -> Iterator[pa.RecordBatch]:
        """Read rows as they are kept, in memory that does not grow with the file.

        Parameters
        ----------
        columns : sequence of str, optional
            All when left out, the geometry among them.
        size : int
            Most rows of one table.
        groups : sequence of int, optional
            Numbers of the row groups; all when left out.
        threads : bool
            Whether columns are decoded side by side.

        Raises
        ------
        FileError
            When the file is broken.
        """
        with _arrow_errors(self.path):
            yield from self._file.iter_batches(
                batch_size=size, columns=columns, row_groups=groups, use_threads=threads
            )

    def positions(self, table: pa.RecordBatch, at: Sequence[str] | None, first_row: int) -> Batch:
        """The columns of coordinates of a table, or else where its own points lie, as a batch."""
        if at is not None:
            return Batch(first_row, self._frame(table, tuple(dict.fromkeys(at)), first_row))
        points = coordinates_of(table.column(self.shape)) if self.shape else None
        if points is None:
            return self._batch(table, (), first_row)
        return Batch(first_row, self._frame(table, (), first_row), points=points)

    def _batch(self, table: pa.RecordBatch, columns: tuple[str, ...], first_row: int) -> Batch:
        frame = self._frame(table, columns, first_row)
        if self.shape is None:
            return Batch(first_row, frame)
        geometry, faults = geometries_of(table.column(self.shape), first_row)
        return Batch(first_row, frame, geometry, tuple(faults))

    def _frame(
        self, table: pa.RecordBatch, columns: tuple[str, ...], first_row: int
    ) -> pd.DataFrame:
        arrays = [
            plain_column(table.column(name), path=self.path, column=name, first_row=first_row)
            for name in columns
        ]
        return frame_of(columns, arrays, table.num_rows)

    def _read(self, columns: tuple[str, ...], size: int) -> Iterator[Batch]:
        wanted = [*columns, self.shape] if self.shape else list(columns)
        first = 1
        for table in self.tables(wanted, size=size):
            yield self._batch(table, columns, first)
            first += table.num_rows


@contextmanager
def _arrow_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, OSError) as error:
        text = " ".join(str(error).split())[:200]
        raise FileError(f"the file is broken or cannot be read: {text}", where=str(path)) from None
