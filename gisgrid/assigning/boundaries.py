"""The polygons of one level, from a file to an index."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from gisgrid.errors import ColumnError, CoverageError
from gisgrid.files import open_source, require_columns
from gisgrid.geometry.validity import Repair, invalid_rings, repair
from gisgrid.locate import CoverageIndex
from gisgrid.points.columns import texts
from gisgrid.points.positions import shapes
from gisgrid.points.sieve import Sieve, require_crs

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from gisgrid.files import Batch, Source
    from gisgrid.geometry.crs import Crs

__all__ = ["BoundaryLayer", "Coverage", "read_coverage"]


@dataclass(frozen=True, kw_only=True)
class BoundaryLayer:
    """A file of polygons of one level, and how to read it.

    Attributes
    ----------
    path : Path
    code : str, optional
        The column of their codes; without it the only column, or the only one called ``code``.
    layer, encoding : str, optional
    crs : str, optional
        Where the file does not say; GCJ-02 and BD-09 also where it says WGS 84.
    repair : bool
        Apply the proposed repair of invalid polygons instead of refusing them.
    """

    path: Path
    code: str | None = None
    layer: str | None = None
    crs: str | None = None
    encoding: str | None = None
    repair: bool = False


@dataclass(frozen=True)
class Coverage:
    """An index of polygons, and the repairs that were needed for it, each with its code."""

    index: CoverageIndex
    repairs: tuple[tuple[str, Repair], ...] = ()


def read_coverage(layer: BoundaryLayer) -> Coverage:
    """Read all polygons of a file, in WGS 84, and index them.

    Raises
    ------
    CoverageError
        A row has no code or no polygon, a polygon is invalid, or two share a code.
    ColumnError
        No column of codes is named and none is obvious.
    CrsError
        The file does not say in which system it is, and nobody else does.
    FileError, EncodingError
        The file cannot be read.
    """
    with open_source(
        layer.path, layer=layer.layer, encoding=layer.encoding, crs=layer.crs
    ) as source:
        crs = require_crs(source, "--boundary-crs")
        column = _code_column(source, layer.code)
        read = [_read(batch, column, crs, source) for batch in source.batches([column])]
    codes = [code for some, _ in read for code in some]
    polygons = np.concatenate([some for _, some in read])
    repairs: list[Repair] = []
    if layer.repair:
        polygons, repairs = repair(polygons)
        for one in repairs:
            if polygons[one.position] is None:
                raise CoverageError(
                    "nothing is left of the polygon when repaired",
                    where=f"{layer.path}, {codes[one.position]!r}",
                )
    else:
        _require_valid(polygons, codes, layer.path)
    index = CoverageIndex(polygons, codes)
    return Coverage(index, tuple((codes[one.position], one) for one in repairs))


def _code_column(source: Source, asked: str | None) -> str:
    if asked is not None:
        require_columns(source, [asked])
        return asked
    called_code = [name for name in source.columns if name.casefold() == "code"]
    for obvious in (source.columns, called_code):
        if len(obvious) == 1:
            return obvious[0]
    raise ColumnError(
        "the column of the codes is not named",
        where=str(source.path),
        fix=f"give --code COL; the columns are: {', '.join(source.columns) or 'none'}",
    )


def _read(
    batch: Batch, column: str, crs: Crs, source: Source
) -> tuple[list[str], NDArray[np.object_]]:
    sieve = Sieve(batch)
    codes, bad = texts(batch.frame[column])
    sieve.drop(bad, column, "holds a NUL character")
    sieve.drop((codes == "").to_numpy(dtype=bool), column, "is missing")
    polygons = shapes(batch, sieve, crs, "polygon")
    for reject in sieve.rejects:
        code = codes.iloc[reject.row - batch.first_row]
        raise CoverageError(
            f"{reject.field} {reject.reason}",
            where=f"{source.path}, row {reject.row}" + (f", {code!r}" if code else ""),
            fix="mend or remove that row",
        )
    return codes.tolist(), polygons


def _require_valid(polygons: NDArray[np.object_], codes: list[str], path: Path) -> None:
    if shapely.is_valid(polygons).all():
        return
    faults = invalid_rings(polygons)
    first = faults[0]
    others = f"; and {len(faults) - 1} more" if len(faults) > 1 else ""
    place = "" if first.place is None else " at {:.7f}, {:.7f}".format(*first.place)
    raise CoverageError(
        f"invalid polygon: {first.reason}{place}{others}",
        where=f"{path}, {codes[first.position]!r}",
        fix="mend it, or apply the proposed repair with --repair",
    )
