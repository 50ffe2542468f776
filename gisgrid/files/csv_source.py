"""Reading CSV: every cell as text, every row that cannot be read named."""

from __future__ import annotations

import codecs
import csv
import gzip
from collections.abc import Iterator
from functools import partial
from io import TextIOWrapper
from pathlib import Path
from typing import IO, cast

import pandas as pd
import pyarrow as pa

from gisgrid.errors import EncodingError, FileError
from gisgrid.files.batches import Batch, Source
from gisgrid.files.encodings import ADVICE, codec_of, undecodable
from gisgrid.files.rejects import Reject
from gisgrid.geometry.crs import Crs

__all__ = ["CsvSource"]

TEXT = pd.ArrowDtype(pa.string())
SHOWN = 200
LONGEST_LINE = 1 << 24


class CsvSource(Source):
    """A CSV, gzipped or not, with a header row.

    It never has geometry of its own, nor a coordinate system unless one is stated. Columns are
    parted by commas; by tabs or semicolons where the header has no comma.
    """

    has_geometry = False

    def __init__(self, path: Path, *, encoding: str | None = None, crs: Crs | None = None) -> None:
        self.path = path
        self.crs = crs
        self._codec = codec_of(encoding or "utf-8", where=str(path))
        self._check_mark()
        with self._open() as file:
            header = self._guarded(file)
            start = next(header, "")
            self._delimiter = next((mark for mark in ",\t;" if mark in start), ",")
        with self._open() as file:
            rows = self._rows(file)
            line, names, problem = next(rows, (1, [], None))
            if problem is not None:
                raise FileError(f"in the header {problem}", where=f"{path}, line {line}")
            self.columns = tuple(name.strip() for name in names)
            if not any(self.columns):
                raise FileError("the file has no header row", where=str(path))
            if next(rows, None) is None:
                raise FileError("the file has a header but no rows", where=str(path))

    def _read(self, columns: tuple[str, ...], size: int) -> Iterator[Batch]:
        places = [self.columns.index(name) for name in columns]
        width = len(self.columns)
        first, taken = 1, 0
        cells: list[list[str]] = []
        faults: list[Reject] = []
        with self._open() as file:
            rows = self._rows(file)
            next(rows)
            for line, row, problem in rows:
                if problem is None and len(row) != width:
                    problem = f"the row has {len(row)} cells where the header has {width}"
                if problem is not None:
                    shown = ",".join(row)[:SHOWN]
                    faults.append(Reject(first + taken, "", f"{problem} (line {line})", shown))
                    row = [*row, *[""] * width][:width]
                cells.append(row)
                taken += 1
                if taken == size:
                    yield Batch(first, _frame(columns, places, cells), None, tuple(faults))
                    first, taken, cells, faults = first + taken, 0, [], []
        if cells:
            yield Batch(first, _frame(columns, places, cells), None, tuple(faults))

    def _rows(self, file: TextIOWrapper) -> Iterator[tuple[int, list[str], str | None]]:
        """Yield line number, cells and what is wrong with them; blank lines are passed over."""
        lines: list[str] = []
        reader = csv.reader(
            _noted(self._guarded(file), lines), delimiter=self._delimiter, strict=True
        )
        while True:
            lines.clear()
            line = reader.line_num + 1
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                until = reader.line_num
                self._require_closed(lines, line, error)
                span = f", lines {line} to {until}" if until > line else ""
                yield line, self._salvaged(lines), f"the row cannot be read: {error}{span}"
                continue
            if row:
                yield line, row, None

    def _require_closed(self, lines: list[str], first: int, error: csv.Error) -> None:
        """A quote that never closes swallows rows: nobody can say how many."""
        too_long = len(lines) > 1 and sum(map(len, lines)) > csv.field_size_limit()
        if too_long or str(error) == "unexpected end of data":
            raise FileError(
                "a quote is opened that is never closed",
                where=f"{self.path}, line {first}",
                fix="remove it, or close it",
            )

    def _salvaged(self, lines: list[str]) -> list[str]:
        """The cells of a row with a stray quote, as far as they can be told apart."""
        try:
            return next(csv.reader(lines, delimiter=self._delimiter), [])
        except csv.Error:
            return []

    def _guarded(self, file: TextIOWrapper) -> Iterator[str]:
        """The lines of the file, with its failures turned into ours."""
        try:
            # By pieces, for a few kilobytes can be unpacked to one line that fills the memory.
            for line in iter(partial(file.readline, LONGEST_LINE), ""):
                if len(line) == LONGEST_LINE:
                    raise FileError(
                        f"a line has {LONGEST_LINE:,} letters or more", where=str(self.path)
                    )
                yield line
        except UnicodeError:
            raise undecodable(self.path, self._bad_line(), self._codec) from None
        except (EOFError, gzip.BadGzipFile, OSError) as error:
            raise FileError(f"the file cannot be read on: {error}", where=str(self.path)) from None

    def _bad_line(self) -> str:
        """Find the line that cannot be decoded: no encoding in use has a line feed inside."""
        if self._codec.startswith(("utf-16", "utf-32")):
            return ""
        with self._open_bytes() as file:
            for number, line in enumerate(file, start=1):
                try:
                    line.decode(self._codec)
                except UnicodeError:
                    return f"line {number}"
        return ""

    def _check_mark(self) -> None:
        """A byte order mark that contradicts the encoding would read as other characters."""
        with self._open_bytes() as file:
            try:
                start = file.read(3)
            except (EOFError, OSError) as error:
                raise FileError(f"the file cannot be read: {error}", where=str(self.path)) from None
        if start == codecs.BOM_UTF8 and not self._codec.startswith("utf-8"):
            raise EncodingError(
                f"the file is marked as utf-8 but {self._codec} was stated",
                where=str(self.path),
                fix=ADVICE,
            )

    def _open(self) -> TextIOWrapper:
        return TextIOWrapper(self._open_bytes(), encoding=self._codec, newline="")

    def _open_bytes(self) -> IO[bytes]:
        if self.path.suffix.lower() == ".gz":
            return cast("IO[bytes]", gzip.open(self.path, "rb"))
        return self.path.open("rb")


def _noted(lines: Iterator[str], seen: list[str]) -> Iterator[str]:
    for line in lines:
        seen.append(line)
        yield line


def _frame(columns: tuple[str, ...], places: list[int], cells: list[list[str]]) -> pd.DataFrame:
    """Lay the asked columns out; an empty cell is a missing value."""
    data = {
        name: pd.array(pa.array([row[place] or None for row in cells], pa.string()), dtype="str")
        for name, place in zip(columns, places, strict=True)
    }
    return pd.DataFrame(data, index=pd.RangeIndex(len(cells)))
