"""What reading a file gives: a source, batches of its rows, and the rows that could not be read."""

from __future__ import annotations

import difflib
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gisgrid.errors import ColumnError, CrsError
from gisgrid.files.rejects import Reject
from gisgrid.geometry.crs import Crs

__all__ = ["Batch", "FloatArray", "GeometryArray", "Source", "require_columns"]

FloatArray = NDArray[np.float64]
GeometryArray = NDArray[np.object_]


@dataclass(frozen=True)
class Batch:
    """Some rows of a file, in file order.

    Attributes
    ----------
    first_row : int
        Number of the first row in the file, from 1; a header is not counted.
    frame : pandas.DataFrame
        The asked columns, index 0, 1, …; missing values (an empty CSV cell too) are NA.
        Whole numbers are nullable ``Int64``, times are text as in ISO 8601.
    geometry : array of shapely geometries or None, or None
        In the source's own coordinates; None where the file has no geometry.
    faults : tuple of Reject
        Rows that could not be read, and why: they hold the cells that could be told apart, NA for
        the others, and no geometry.
    points : (x, y), two arrays of float64, or None
        In place of ``geometry`` for who only wants to know where points lie; NaN where nowhere.
    """

    first_row: int
    frame: pd.DataFrame
    geometry: GeometryArray | None = None
    faults: tuple[Reject, ...] = ()
    points: tuple[FloatArray, FloatArray] | None = None

    def __len__(self) -> int:
        return len(self.frame)

    def __str__(self) -> str:
        return f"rows {self.first_row}–{self.first_row + len(self) - 1}"


class Source(ABC):
    """An opened file of rows. Use it in a ``with`` block: some hold temporary files.

    Attributes
    ----------
    path : Path
        The file.
    columns : tuple of str
        Its columns, without the geometry.
    has_geometry : bool
        Whether its rows bring a geometry of their own.
    shape : str or None
        The column of the geometry, where it is one by name.
    crs : Crs or None
        What the caller stated, else what the file says, else None.
    crs_text : str or None
        What the file, or else the standard of its format, says of its coordinate system.
    rows : int or None
        How many rows it has; None where only reading to the end would tell.
    """

    path: Path
    columns: tuple[str, ...]
    has_geometry: bool = True
    shape: str | None = None
    crs: Crs | None = None
    crs_text: str | None = None
    rows: int | None = None

    @property
    def said(self) -> Crs | None:
        """What the file says of its coordinate system, None where that cannot be read."""
        try:
            return Crs.of_file(self.crs_text) if self.crs_text else None
        except CrsError:
            return None

    def batches(self, columns: Sequence[str] | None = None, size: int = 50_000) -> Iterator[Batch]:
        """Read the rows in memory that does not grow with the file.

        Parameters
        ----------
        columns : sequence of str, optional
            Columns to read; all when left out.
        size : int
            Most rows in one batch.

        Raises
        ------
        ColumnError
            When a column is not there.
        EncodingError
            When text cannot be decoded.
        FileError
            When the file breaks off or cannot be read on.
        """
        asked = tuple(self.columns if columns is None else dict.fromkeys(columns))
        if columns is not None:
            require_columns(self, asked)
        return self._read(asked, size)

    @abstractmethod
    def _read(self, columns: tuple[str, ...], size: int) -> Iterator[Batch]: ...

    def close(self) -> None:  # noqa: B027 - most sources hold nothing to remove
        """Remove what was made to read the file; the file itself stays."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self.close()


def require_columns(source: Source, names: Sequence[str]) -> None:
    """Make sure that a source has columns.

    Raises
    ------
    ColumnError
        Naming the column that is missing or there twice, and those there are.
    """
    count = Counter(source.columns)
    for name in names:
        if count[name] == 1:
            continue
        there = ", ".join(source.columns) if source.columns else "none"
        if count[name] > 1:
            raise ColumnError(
                f"column {name!r} is there {count[name]} times", where=str(source.path),
                fix="rename all but one",
            )  # fmt: skip
        near = _nearest(name, source.columns)
        hint = f"did you mean {near!r}? " if near else ""
        raise ColumnError(
            f"there is no column {name!r}",
            where=str(source.path),
            fix=f"{hint}the columns are: {there}",
        )


def _nearest(name: str, columns: Sequence[str]) -> str | None:
    by_key = {column.strip().casefold(): column for column in columns}
    near = difflib.get_close_matches(name.strip().casefold(), by_key, n=1, cutoff=0.6)
    return by_key[near[0]] if near else None
