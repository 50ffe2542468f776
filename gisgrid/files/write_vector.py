"""Writing vector files through GDAL: GeoPackage, Shapefile, GeoJSON, FlatGeobuf."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyproj
import shapely
from pyogrio.raw import write_arrow

from gisgrid.errors import FileError
from gisgrid.files.arrow import Times, arrow_arrays, conformed
from gisgrid.files.batches import Batch, GeometryArray
from gisgrid.files.vector_source import DRIVERS, gdal_errors
from gisgrid.geometry.crs import Crs

__all__ = ["write_vector"]

FIELD_BYTES = 10
TEXT_BYTES = 254
# Single and multiple of one kind go together as the multiple.
FAMILIES = {"Point": {0}, "LineString": {1}, "Polygon": {3}}
MULTIPLES = {"MultiPoint": {0, 4}, "MultiLineString": {1, 5}, "MultiPolygon": {3, 6}}

MAKERS: dict[int, Callable[[list[Any]], Any]] = {
    0: shapely.MultiPoint,
    1: shapely.MultiLineString,
    3: shapely.MultiPolygon,
}


def write_vector(
    path: Path, kind: str, batches: Iterable[Batch], crs: Crs, *, shown: Path
) -> dict[str, str]:
    """Write one layer, named as the file.

    Returns
    -------
    dict
        Column to field name, where a Shapefile's differ.
    """
    failures: list[BaseException] = []
    layer = _Layer(kind, shown)
    iterator = iter(batches)
    first = layer.table(next(iterator))

    def rest() -> Iterator[pa.RecordBatch]:
        # GDAL would turn an error raised in here, Ctrl-C too, into a text of its own.
        try:
            yield from first.to_batches()
            for batch in iterator:
                yield from layer.table(batch).to_batches()
        except (Exception, KeyboardInterrupt) as error:
            failures.append(error)
            raise

    definition = None
    if not crs.is_offset:
        definition = pyproj.CRS.from_user_input(crs.definition).to_wkt()
    try:
        with gdal_errors(shown, "cannot be written"):
            write_arrow(
                pa.RecordBatchReader.from_batches(first.schema, rest()),
                path,
                layer=path.stem,
                driver=DRIVERS[kind],
                geometry_name=layer.geometry_name,
                geometry_type=layer.geometry_type,
                crs=definition,
                encoding="UTF-8" if kind == "shp" else None,
                layer_options=_options(kind, layer),
            )
    except FileError:
        if failures:
            raise failures[0] from None
        raise
    if failures:
        raise failures[0]
    return layer.renamed


def _options(kind: str, layer: _Layer) -> dict[str, str]:
    if kind == "geojson":
        return {"RFC7946": "YES", "COORDINATE_PRECISION": "15"}
    if kind == "gpkg":
        return {"GEOMETRY_NAME": layer.geometry_name, "FID": layer.fid_name}
    if kind == "fgb":
        # Its index would change the order of rows and forbid those without a shape.
        return {"SPATIAL_INDEX": "NO"}
    return {}


class _Layer:
    """Brings batches to one Arrow schema, which the first of them sets."""

    def __init__(self, kind: str, shown: Path) -> None:
        self.kind = kind
        self.shown = shown
        self.renamed: dict[str, str] = {}
        self.geometry_name = self.geometry_type = self.fid_name = ""
        self.schema: pa.Schema | None = None

    def table(self, batch: Batch) -> pa.Table:
        if batch.geometry is None:
            raise FileError("some of the rows have no geometry", where=str(self.shown))
        # GeoPackage keeps UTC and would take a time without zone for it; the others lose the zone.
        times: Times = "zoned" if self.kind == "gpkg" else "text"
        names, arrays = arrow_arrays(batch.frame, times=times)
        if self.schema is None:
            self._settle(names, batch.geometry)
        if self.kind == "shp":
            _require_short(names, arrays, batch.first_row, self.shown)
        fields = [self.renamed.get(name, name) for name in names]
        shapes = pa.array(shapely.to_wkb(self._fitted(batch.geometry)), pa.binary())
        table = pa.table([*arrays, shapes], names=[*fields, self.geometry_name])
        if self.schema is None:
            self.schema = table.schema
        return conformed(table, self.schema, self.shown)

    def _settle(self, names: list[str], shapes: GeometryArray) -> None:
        if self.kind == "shp":
            fields = short_names(names)
            self.renamed = {name: fields[name] for name in names if fields[name] != name}
        taken = {name.casefold() for name in names}
        self.geometry_name = _free("geom", taken)
        self.fid_name = _free("fid", taken)
        kinds = set(np.unique(shapely.get_type_id(shapes)).tolist()) - {-1}
        self.geometry_type = "Unknown"
        if self.kind == "geojson":
            return
        # Polygons and lines are always declared multiple: later batches may bring some.
        for family in (FAMILIES["Point"], *MULTIPLES.values()):
            if kinds and kinds <= family:
                self.geometry_type = {0: "Point", 4: "MultiPoint", 5: "MultiLineString",
                                      6: "MultiPolygon"}[max(family)]  # fmt: skip
                break

    def _fitted(self, shapes: GeometryArray) -> GeometryArray:
        """Bring shapes to the layer's type."""
        kinds = shapely.get_type_id(shapes)
        if self.geometry_type == "Unknown":
            if self.kind == "shp" and len(set(kinds.tolist()) - {-1}) > 1:
                raise FileError(
                    "a Shapefile cannot hold shapes of several kinds", where=str(self.shown),
                    fix="write a .gpkg",
                )  # fmt: skip
            return shapes
        allowed = {**FAMILIES, **MULTIPLES}[self.geometry_type]
        if not np.all(np.isin(kinds, [-1, *allowed])):
            raise FileError(
                f"shapes of other kinds follow on the first, which are {self.geometry_type}",
                where=str(self.shown), fix="write a .parquet or .csv",
            )  # fmt: skip
        fitted = shapes.copy()
        if self.geometry_type.startswith("Multi"):
            single = min(allowed)
            for i in np.flatnonzero(kinds == single):
                fitted[i] = MAKERS[single]([shapes[i]])
        return fitted


def short_names(names: Iterable[str]) -> dict[str, str]:
    """Map columns to a Shapefile's field names: 10 bytes of UTF-8, different in any case."""
    taken: set[str] = set()
    fields: dict[str, str] = {}
    for name in names:
        field = _cut(name, FIELD_BYTES)
        number = 1
        while field.casefold() in taken or not field:
            field = f"{_cut(name, FIELD_BYTES - 1 - len(str(number)))}_{number}"
            number += 1
        taken.add(field.casefold())
        fields[name] = field
    return fields


def _cut(text: str, size: int) -> str:
    return text.encode()[:size].decode("utf-8", errors="ignore")


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "_"
    return name


def _require_short(names: list[str], arrays: list[Any], first_row: int, shown: Path) -> None:
    """GDAL cuts longer text off with a warning."""
    for name, array in zip(names, arrays, strict=True):
        if not pa.types.is_string(array.type):
            continue
        long = pc.greater(pc.binary_length(array), TEXT_BYTES)
        at = pc.index(long, pa.scalar(value=True)).as_py()
        if at >= 0:
            raise FileError(
                f"a Shapefile holds {TEXT_BYTES} bytes of text, column {name!r} has more",
                where=f"{shown}, row {first_row + at}",
                fix="write a .gpkg",
            )
