"""From Arrow batches to frames and shapely geometries, with nothing mended in silence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import shapely

from gisgrid.errors import EncodingError, FileError
from gisgrid.files.batches import FloatArray, GeometryArray
from gisgrid.files.encodings import ADVICE, undecodable
from gisgrid.files.rejects import Reject

__all__ = [
    "arrow_arrays",
    "conformed",
    "coordinates_of",
    "frame_of",
    "geometries_of",
    "plain_column",
    "redecoded",
]

Times = Literal["native", "zoned", "text"]

# Nullable types: a missing value must not turn whole numbers, and codes among them, to floats.
_TYPES: dict[pa.DataType, pd.api.extensions.ExtensionDtype] = {
    pa.bool_(): pd.BooleanDtype(),
    pa.int8(): pd.Int64Dtype(),
    pa.int16(): pd.Int64Dtype(),
    pa.int32(): pd.Int64Dtype(),
    pa.int64(): pd.Int64Dtype(),
    pa.uint8(): pd.Int64Dtype(),
    pa.uint16(): pd.Int64Dtype(),
    pa.uint32(): pd.Int64Dtype(),
    pa.uint64(): pd.UInt64Dtype(),
}

# A point as all common writers write it.
_WKB_POINT = np.dtype([("little_endian", "u1"), ("kind", "<u4"), ("x", "<f8"), ("y", "<f8")])


def frame_of(names: tuple[str, ...], arrays: list[pa.Array], rows: int) -> pd.DataFrame:
    """Lay Arrow columns out as a frame: text, nullable whole numbers, floats; times as text."""
    data = {
        name: array.to_pandas(types_mapper=_TYPES.get)
        for name, array in zip(names, arrays, strict=True)
    }
    return pd.DataFrame(data, index=pd.RangeIndex(rows))


def plain_column(array: pa.Array, *, path: Path, column: str, first_row: int) -> pa.Array:
    """Bring a column to plain text, numbers or booleans.

    Raises
    ------
    EncodingError
        When text is not UTF-8.
    """
    if isinstance(array, pa.ExtensionArray):
        array = array.storage
    kind = array.type
    if pa.types.is_dictionary(kind):
        array = array.dictionary_decode()
        kind = array.type
    if pa.types.is_timestamp(kind):
        return _iso(array)
    if pa.types.is_temporal(kind) or pa.types.is_decimal(kind):
        return array.cast(pa.string())
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        array = array.cast(pa.string())
        kind = array.type
    if pa.types.is_string(kind):
        _require_utf8(array, path, column, first_row)
    elif pa.types.is_nested(kind):
        array = pa.array([None if v is None else str(v) for v in array.to_pylist()], pa.string())
    return array


def redecoded(array: pa.Array, codec: str, *, path: Path, column: str, first_row: int) -> pa.Array:
    """Decode text that was read byte for byte as ISO 8859-1.

    Raises
    ------
    EncodingError
        Naming the row whose text `codec` cannot read.
    """
    texts: list[str | None] = []
    for number, text in enumerate(array.to_pylist(), start=first_row):
        if text is None or text.isascii():
            texts.append(text)
            continue
        try:
            texts.append(text.encode("iso-8859-1").decode(codec))
        except UnicodeError:
            raise undecodable(path, f"row {number}, column {column!r}", codec) from None
    return pa.array(texts, pa.string())


def geometries_of(array: pa.Array, first_row: int) -> tuple[GeometryArray, list[Reject]]:
    """Read WKB; what cannot be read becomes None and a reject."""
    if isinstance(array, pa.ExtensionArray):
        array = array.storage
    wkb = np.asarray(array.to_numpy(zero_copy_only=False), dtype=object)
    geometry = np.asarray(shapely.from_wkb(wkb, on_invalid="ignore"), dtype=object)
    broken = np.flatnonzero(shapely.is_missing(geometry) & np.asarray(array.is_valid()))
    reason = "the geometry cannot be read"
    return geometry, [Reject(first_row + int(i), "geometry", reason) for i in broken]


def coordinates_of(array: pa.Array) -> tuple[FloatArray, FloatArray] | None:
    """Read WKB as two coordinates for each row, without a geometry for each: ten times faster.

    Returns
    -------
    x, y : ndarray of float64, shape (n,)
        NaN where there is no point, or an empty one. None instead of both where anything but
        points in two dimensions is among them, or they are written another way.
    """
    if isinstance(array, pa.ExtensionArray):
        array = array.storage
    there = array.drop_null()
    if not len(there) or not pa.types.is_binary(there.type):
        return None
    _, ends, data = there.buffers()
    offsets = np.frombuffer(ends, np.int32)[there.offset : there.offset + len(there) + 1]
    if np.any(np.diff(offsets) != _WKB_POINT.itemsize):
        return None
    read = np.frombuffer(data, np.uint8)[offsets[0] : offsets[-1]].view(_WKB_POINT)
    if np.any((read["little_endian"] != 1) | (read["kind"] != 1)):
        return None
    x, y = np.full((2, len(array)), np.nan)
    given = np.asarray(array.is_valid())
    x[given], y[given] = read["x"], read["y"]
    return x, y


def _require_utf8(array: pa.Array, path: Path, column: str, first_row: int) -> None:
    try:
        array.validate(full=True)
        return
    except pa.ArrowInvalid:
        pass
    for number, value in enumerate(array.cast(pa.binary()).to_pylist(), start=first_row):
        try:
            if value is not None:
                value.decode("utf-8")
        except UnicodeError:
            raise undecodable(path, f"row {number}, column {column!r}", "utf-8") from None
    raise EncodingError(f"column {column!r} holds broken text", where=str(path), fix=ADVICE)


def arrow_arrays(
    frame: pd.DataFrame, *, times: Times = "native"
) -> tuple[list[str], list[pa.Array]]:
    """Bring a frame's columns to Arrow: text, numbers, booleans and times.

    Parameters
    ----------
    frame : pandas.DataFrame
    times : {"native", "zoned", "text"}
        Which times stay times: all, those with a zone, or none; the others become ISO 8601 text.

    Returns
    -------
    names, arrays
        One array for each column; lists and records become JSON text.
    """
    return [str(name) for name in frame.columns], [
        _arrow_array(frame.iloc[:, place], times) for place in range(frame.shape[1])
    ]


def conformed(table: pa.Table, schema: pa.Schema, path: Path) -> pa.Table:
    """Bring later rows to the kinds of the first.

    Raises
    ------
    FileError
        When they do not fit.
    """
    try:
        return table.cast(schema)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, ValueError) as error:
        text = " ".join(str(error).split())[:200]
        raise FileError(
            f"later rows differ in kind from the first: {text}", where=path.name
        ) from None


def _arrow_array(column: pd.Series, times: Times) -> pa.Array:
    try:
        array = pa.Array.from_pandas(column)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        values = column.astype(object)
        array = pa.array(
            [None if gone else str(v) for v, gone in zip(values, column.isna(), strict=True)]
        )
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    kind = array.type
    if pa.types.is_dictionary(kind):
        array = array.dictionary_decode()
        kind = array.type
    if pa.types.is_nested(kind):
        return pa.array(
            [
                None if v is None else json.dumps(v, ensure_ascii=False, default=str)
                for v in array.to_pylist()
            ],
            pa.string(),
        )
    if pa.types.is_null(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return array.cast(pa.string())
    if pa.types.is_timestamp(kind):
        keep = times == "native" or (times == "zoned" and kind.tz is not None)
        return array if keep else _iso(array)
    if pa.types.is_decimal(kind) or (times != "native" and pa.types.is_temporal(kind)):
        return array.cast(pa.string())
    return array


def _iso(array: pa.Array) -> pa.Array:
    return pa.array([None if v is None else v.isoformat() for v in array.to_pylist()], pa.string())
