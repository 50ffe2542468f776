"""Reading Parquet: GeoParquet with its geometry, any other as a table."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from gisgrid.errors import FileError
from gisgrid.files.arrow import frame_of, geometries_of, plain_column
from gisgrid.files.batches import Batch, Source
from gisgrid.geometry.crs import WGS84, Crs

__all__ = ["ParquetSource"]


class ParquetSource(Source):
    """A Parquet file; with GeoParquet's metadata its main geometry column, stored as WKB.

    GeoParquet that names no coordinate system is WGS 84 by its standard, ``null`` means unknown.
    """

    def __init__(self, path: Path, *, crs: Crs | None = None) -> None:
        self.path = path
        self.crs = crs
        with _arrow_errors(path):
            self._file = pq.ParquetFile(path)
        self.rows = int(self._file.metadata.num_rows)
        names = tuple(str(name) for name in self._file.schema_arrow.names)
        self._shape = self._read_geo()
        self.has_geometry = self._shape is not None
        self.columns = tuple(name for name in names if name != self._shape)
        if self.rows == 0:
            raise FileError("the file has no rows", where=str(path))

    def close(self) -> None:
        self._file.close()

    def _read_geo(self) -> str | None:
        stored = (self._file.schema_arrow.metadata or {}).get(b"geo")
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
        elif self.crs is None:
            self.crs = WGS84
        return name

    def _read(self, columns: tuple[str, ...], size: int) -> Iterator[Batch]:
        wanted = [*columns, self._shape] if self._shape else list(columns)
        first = 1
        with _arrow_errors(self.path):
            for table in self._file.iter_batches(batch_size=size, columns=wanted):
                arrays = [
                    plain_column(table.column(name), path=self.path, column=name, first_row=first)
                    for name in columns
                ]
                frame = frame_of(columns, arrays, table.num_rows)
                if self._shape is None:
                    yield Batch(first, frame)
                else:
                    geometry, faults = geometries_of(table.column(self._shape), first)
                    yield Batch(first, frame, geometry, tuple(faults))
                first += table.num_rows


@contextmanager
def _arrow_errors(path: Path) -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, OSError) as error:
        text = " ".join(str(error).split())[:200]
        raise FileError(f"the file is broken or cannot be read: {text}", where=str(path)) from None
