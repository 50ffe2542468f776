"""Writing tables: CSV that a spreadsheet may open, Parquet with GeoParquet's metadata."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyproj
import shapely

from gisgrid.errors import ColumnError, FileError
from gisgrid.files.arrow import arrow_arrays, conformed
from gisgrid.files.batches import Batch, GeometryArray
from gisgrid.files.cells import safe_cell
from gisgrid.geometry.crs import Crs

__all__ = ["crs_member", "write_csv", "write_parquet"]

# Digits that keep a coordinate to 0.1 mm, in degrees and in metres.
DEGREES, METRES = 9, 4


def write_csv(path: Path, batches: Iterable[Batch], crs: Crs) -> None:
    """Write a CSV; the shape of the first row decides between two coordinates and WKT."""
    names: list[str] | None = None
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        for batch in batches:
            if names is None:
                names = _coordinate_names(batch, crs)
                doubled = [name for name in names if name in batch.frame.columns]
                if doubled:
                    raise ColumnError(
                        f"column {doubled[0]!r} would be there twice", where=path.name,
                        fix="rename it",
                    )  # fmt: skip
                writer.writerow([safe_cell(name) for name in [*batch.frame.columns, *names]])
            columns = [_cells(batch.frame[name]) for name in batch.frame.columns]
            if batch.geometry is not None:
                if names != ["wkt"] and np.any(shapely.get_type_id(batch.geometry) > 0):
                    raise FileError(
                        "other shapes follow on points", where=path.name, fix="write a .parquet"
                    )
                columns += _coordinates(batch.geometry, names, crs)
            writer.writerows(zip(*columns, strict=True))


def write_parquet(path: Path, batches: Iterable[Batch], crs: Crs) -> None:
    """Write a Parquet file, with GeoParquet 1.1 metadata where there is a geometry."""
    writer: pq.ParquetWriter | None = None
    with ExitStack() as stack:
        for batch in batches:
            names, arrays = arrow_arrays(batch.frame)
            if batch.geometry is not None:
                names.append("geometry")
                arrays.append(pa.array(shapely.to_wkb(batch.geometry), pa.binary()))
            table = pa.table(arrays, names=names)
            if writer is None:
                schema = table.schema
                if batch.geometry is not None:
                    schema = schema.with_metadata({"geo": json.dumps(_geo(crs))})
                writer = stack.enter_context(pq.ParquetWriter(path, schema))
            writer.write_table(conformed(table, writer.schema, path))


def crs_member(crs: Crs) -> dict[str, Any]:
    """What GeoParquet's metadata says of a geometry in ``crs``.

    Left out, the system is longitude and latitude in WGS 84; None is one that it cannot name.
    """
    if crs.is_offset:
        return {"crs": None}
    if crs.name == "wgs84":
        return {}
    return {"crs": pyproj.CRS.from_user_input(crs.definition).to_json_dict()}


def _geo(crs: Crs) -> dict[str, Any]:
    column = {"encoding": "WKB", "geometry_types": [], **crs_member(crs)}
    return {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}


def _coordinate_names(batch: Batch, crs: Crs) -> list[str]:
    if batch.geometry is None:
        return []
    kinds = shapely.get_type_id(batch.geometry)
    if np.any(kinds > 0):
        return ["wkt"]
    return ["lon", "lat"] if crs.is_degrees else ["x", "y"]


def _coordinates(shapes: GeometryArray, names: list[str], crs: Crs) -> list[list[object]]:
    digits = DEGREES if crs.is_degrees else METRES
    if names == ["wkt"]:
        texts = shapely.to_wkt(shapes, rounding_precision=digits)
        return [["" if text is None else text for text in texts]]
    # GEOS refuses to name the coordinates of an empty point.
    there = shapes.copy()
    there[shapely.is_empty(shapes)] = None
    both = (shapely.get_x(there), shapely.get_y(there))
    return [[f"{v:.{digits}f}" if np.isfinite(v) else "" for v in values] for values in both]


def _cells(column: pd.Series) -> list[object]:
    if isinstance(column.dtype, pd.CategoricalDtype):
        # Each kind once; the code of what is missing is -1.
        kinds = np.array([*map(safe_cell, column.cat.categories), ""], dtype=object)
        return list(kinds[column.cat.codes.to_numpy()])
    if isinstance(column.dtype, pd.StringDtype):
        # Most cells begin with a letter or digit: none of those is a formula.
        texts = pa.Array.from_pandas(column).to_pylist()
        return [text if text and text[0].isalnum() else safe_cell(text) for text in texts]
    missing = column.isna().to_numpy()
    values: Iterator[object] = iter(column.astype(object))
    return ["" if gone else safe_cell(v) for v, gone in zip(values, missing, strict=True)]
