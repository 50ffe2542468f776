"""The answer to a batch of points: who owns each, who sits on a border, and what is wrong."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

import numpy as np
import pandas as pd
import pyarrow as pa
import shapely

from gisgrid.errors import ColumnError
from gisgrid.points.positions import points
from gisgrid.points.sieve import Sieve

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from gisgrid.files import Batch, Source
    from gisgrid.geometry.crs import Crs
    from gisgrid.locate import CoverageIndex

__all__ = ["Answer", "AnswerColumns", "Tally", "answer"]

# What the column is called in the Parquet that is written, and a member of every GeoJSON feature.
GEOMETRY = "geometry"


@dataclass(frozen=True)
class Answer:
    """Who owns the points of one batch of n rows.

    Attributes
    ----------
    owner : ndarray of int32, shape (n,)
        Positions into the codes of the index; -1 where nothing covers the point.
    border : ndarray of bool, shape (n,)
        Whether it lies on the border of its owner.
    error : ndarray of str or None, shape (n,), or None
        Why a row has no point; None instead of an array where all have one.
    lon, lat : ndarray of float64, shape (n,), or None
        Where they lie in WGS 84 degrees, NaN where nowhere; only if asked for.
    """

    owner: NDArray[np.int32]
    border: NDArray[np.bool_]
    error: NDArray[np.object_] | None = None
    lon: NDArray[np.float64] | None = None
    lat: NDArray[np.float64] | None = None

    @property
    def shapes(self) -> NDArray[np.object_] | None:
        """The points as geometries in WGS 84, None where there is none."""
        if self.lon is None or self.lat is None:
            return None
        made = np.asarray(shapely.points(self.lon, self.lat), dtype=object)
        made[np.isnan(self.lon)] = None
        return made


def answer(
    index: CoverageIndex,
    batch: Batch,
    *,
    crs: Crs,
    at: tuple[str, str] | None,
    keep_points: bool = False,
) -> Answer:
    """Find the owners of the rows of a batch.

    Parameters
    ----------
    index : CoverageIndex
    batch : Batch
        With the columns ``at``, or with points of its own.
    crs : Crs
        Of the coordinates.
    at : (str, str) or None
        Columns of longitude (or easting) and latitude (or northing); None for the rows' own points.
    keep_points : bool
        Also give the points in WGS 84.
    """
    sieve = Sieve(batch)
    lon, lat = points(batch, sieve, crs, at)
    whole = bool(sieve.good.all())
    if not whole:
        lon, lat = (np.where(sieve.good, part, np.nan) for part in (lon, lat))
    owner, border = index.locate(lon, lat, border=True)
    kept = (lon, lat) if keep_points else (None, None)
    return Answer(owner, border, None if whole else sieve.reasons(), *kept)


# Of the reasons counted: texts that name a line are all different.
_REASONS_KEPT = 5


@dataclass(frozen=True)
class Tally:
    """How many points were answered how; ``rows`` is the sum of the other counts.

    Attributes
    ----------
    rows : int
    inside : int
        Inside a grid.
    border : int
        On the border of one.
    outside : int
        Where no grid is.
    errors : int
        Rows without a point that can be used.
    reasons : dict
        The commonest reasons of those, with how many rows they were counted of.
    """

    rows: int = 0
    inside: int = 0
    border: int = 0
    outside: int = 0
    errors: int = 0
    reasons: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, found: Answer) -> Self:
        """Count one answer."""
        rows = len(found.owner)
        errors_found = () if found.error is None else found.error
        reasons = Counter(text for text in errors_found if text is not None)
        errors = reasons.total()
        border = int(np.count_nonzero(found.border))
        owned = int(np.count_nonzero(found.owner >= 0))
        return cls(rows, owned - border, border, rows - owned - errors, errors, _commonest(reasons))

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.rows + other.rows,
            self.inside + other.inside,
            self.border + other.border,
            self.outside + other.outside,
            self.errors + other.errors,
            _commonest(Counter(self.reasons) + Counter(other.reasons)),
        )


def _commonest(reasons: Counter[str]) -> dict[str, int]:
    return dict(reasons.most_common(_REASONS_KEPT))


@dataclass(frozen=True)
class AnswerColumns:
    """The columns that an answer adds to the rows of a file.

    Attributes
    ----------
    grid, border, error : str
        Their names: the code of the owner, whether the point lies on its border, and what is
        wrong with the row.
    codes : tuple of str
        Of the index.
    """

    grid: str
    border: str
    error: str
    codes: tuple[str, ...]

    @classmethod
    def named(cls, name: str | None, codes: Sequence[str]) -> Self:
        """``grid``, ``border`` and ``error``; for a name N it is N, N_border and N_error."""
        if not name:
            return cls("grid", "border", "error", tuple(codes))
        return cls(name, f"{name}_border", f"{name}_error", tuple(codes))

    @property
    def names(self) -> tuple[str, str, str]:
        """The three names, in their order in the file."""
        return self.grid, self.border, self.error

    def require_free(self, source: Source, *, any_case: bool = False) -> None:
        """Make sure that neither a column nor the geometry has one of their names.

        Parameters
        ----------
        source : Source
        any_case : bool
            Whether names that differ in case alone are the same, as in a GeoPackage.

        Raises
        ------
        ColumnError
            The answer would replace a column of the file, or be there twice.
        """

        def plain(name: str) -> str:
            return name.casefold() if any_case else name

        there = {plain(name): name for name in (GEOMETRY, source.shape or "", *source.columns)}
        taken = [there[plain(name)] for name in self.names if plain(name) in there]
        if taken:
            raise ColumnError(
                f"the name {taken[0]!r} is taken already, by a column or the geometry",
                where=str(source.path),
                fix="name the answer otherwise: --as NAME",
            )

    def framed(self, frame: pd.DataFrame, found: Answer) -> pd.DataFrame:
        """A frame with the answer behind its columns."""
        kind = pd.CategoricalDtype(list(self.codes))
        error = found.error if found.error is not None else np.full(len(frame), None, dtype=object)
        answered = frame.copy()
        answered[self.grid] = pd.Categorical.from_codes(found.owner, dtype=kind)
        answered[self.border] = found.border
        answered[self.error] = pd.array(error, dtype="str")
        return answered

    def schema(self, schema: pa.Schema) -> pa.Schema:
        """The schema of a table with the answer behind its columns."""
        kinds = (pa.dictionary(pa.int32(), pa.string()), pa.bool_(), pa.string())
        for name, kind in zip(self.names, kinds, strict=True):
            schema = schema.append(pa.field(name, kind))
        return schema

    def tabled(self, table: pa.RecordBatch, found: Answer) -> pa.Table:
        """A table with the answer behind its columns; codes are kept once, in a dictionary."""
        rows = len(found.owner)
        owner = pa.array(found.owner, mask=found.owner < 0)
        error = pa.nulls(rows, pa.string())
        if found.error is not None:
            error = pa.array(found.error, pa.string())
        added = (
            pa.DictionaryArray.from_arrays(owner, pa.array(self.codes, pa.string())),
            pa.array(found.border),
            error,
        )
        return pa.Table.from_arrays([*table.columns, *added], schema=self.schema(table.schema))
