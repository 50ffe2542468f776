"""Vector tiles: geometries in tile units and their properties as Mapbox Vector Tile 2.1.

All numbers of a layer are put together by numpy and written in one pass; only the few bytes about
each feature are put together one by one.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from gisgrid.geometry.tiling import EXTENT

__all__ = ["encode_points", "encode_polygons"]

Value = str | int | float | bool | None
Properties = Mapping[str, Sequence[Value]]

_MOVE_TO: Final = (1 << 3) | 1
_LINE_TO: Final = 2
_CLOSE: Final = (1 << 3) | 7
_POINT: Final = 1
_POLYGON: Final = 3
_VARINT_BYTES: Final = 5


def encode_polygons(
    name: str, polygons: NDArray[Any], ids: NDArray[np.int64], properties: Properties
) -> bytes:
    """A tile with one layer of polygons; tiles put one behind the other make one with all layers.

    Parameters
    ----------
    name : str
        The layer's.
    polygons : ndarray of shapely Polygon or MultiPolygon, shape (n,)
        In whole tile units, valid. Empty ones are left out.
    ids : ndarray of int64, shape (n,)
        Not negative.
    properties : mapping of str to sequence of length n
        None leaves a property out of its feature.
    """
    kept = np.flatnonzero(~shapely.is_empty(polygons))
    parts, feature = shapely.get_parts(
        shapely.orient_polygons(polygons[kept], exterior_cw=False), return_index=True
    )
    rings, part = shapely.get_rings(parts, return_index=True)
    numbers, ends = _ring_commands(rings, feature[part], len(kept))
    return _tile(name, _POLYGON, kept, numbers, ends, ids, properties)


def encode_points(
    name: str, points: NDArray[np.int64], ids: NDArray[np.int64], properties: Properties
) -> bytes:
    """A tile with one layer of points, shape (n, 2), in whole tile units; else as of polygons."""
    count = len(points)
    numbers = np.column_stack([np.full(count, _MOVE_TO), _zigzag(points)]).ravel()
    return _tile(
        name, _POINT, np.arange(count), numbers, 3 * np.arange(1, count + 1), ids, properties
    )


def _ring_commands(
    rings: NDArray[Any], feature: NDArray[np.intp], features: int
) -> tuple[NDArray[np.int64], NDArray[np.intp]]:
    """The commands that draw rings, and where those of each feature end."""
    coords, ring = shapely.get_coordinates(rings, return_index=True)
    # The last vertex of a ring is its first again: closing says so.
    inner = np.flatnonzero(np.diff(ring, append=len(rings)) == 0)
    whole, ring = np.rint(coords[inner]).astype(np.int64), ring[inner]
    lengths = np.bincount(ring, minlength=len(rings))
    begins = np.cumsum(lengths) - lengths
    previous = np.vstack([np.zeros((1, 2), dtype=np.int64), whole[:-1]])
    owner = feature[ring]
    previous[np.flatnonzero(np.diff(owner, prepend=-1))] = 0
    steps = _zigzag(whole - previous)
    sizes = 2 * lengths + 3
    starts = np.cumsum(sizes) - sizes
    numbers = np.empty(int(sizes.sum()), dtype=np.int64)
    numbers[starts] = _MOVE_TO
    numbers[starts + 3] = ((lengths - 1) << 3) | _LINE_TO
    numbers[starts + sizes - 1] = _CLOSE
    place = np.arange(len(whole)) - begins[ring]
    # The count of the lines stands between the first vertex and the second.
    at = starts[ring] + 1 + 2 * place + (place > 0)
    numbers[at], numbers[at + 1] = steps[:, 0], steps[:, 1]
    ends = np.cumsum(np.bincount(feature, weights=sizes, minlength=features)).astype(np.intp)
    return numbers, ends


def _zigzag(steps: NDArray[np.int64]) -> NDArray[np.int64]:
    return (steps << 1) ^ (steps >> 63)


def _varints(numbers: NDArray[np.int64]) -> tuple[bytes, NDArray[np.intp]]:
    """Numbers below 2^32 as varints, and where each ends."""
    sizes = np.ones(len(numbers), dtype=np.intp)
    for more in range(1, _VARINT_BYTES):
        sizes += numbers >= 1 << (7 * more)
    ends = np.cumsum(sizes)
    out = np.zeros(int(ends[-1]) if len(ends) else 0, dtype=np.uint8)
    begins = ends - sizes
    for place in range(_VARINT_BYTES):
        own = np.flatnonzero(sizes > place)
        going_on = np.where(sizes[own] > place + 1, 0x80, 0)
        out[begins[own] + place] = ((numbers[own] >> (7 * place)) & 0x7F) | going_on
    return out.tobytes(), ends


def _tile(
    name: str,
    kind: int,
    kept: NDArray[np.intp],
    numbers: NDArray[np.int64],
    number_ends: NDArray[np.intp],
    ids: NDArray[np.int64],
    properties: Properties,
) -> bytes:
    if len(kept) == 0:
        return b""
    drawing, varint_ends = _varints(numbers)
    ends = varint_ends[number_ends - 1].tolist()
    tags, values = _tags(kept.tolist(), properties)
    layer = [b"\x78\x02", _field(1, name.encode())]
    begin = 0
    for end, identity, tag in zip(ends, ids[kept].tolist(), tags, strict=True):
        feature = b"\x08%b%b\x18%c%b" % (
            _varint(identity),
            _field(2, tag) if tag else b"",
            kind,
            _field(4, drawing[begin:end]),
        )
        layer.append(_field(2, feature))
        begin = end
    layer += [_field(3, key.encode()) for key in properties]
    layer += [_field(4, value) for value in values]
    layer.append(b"\x28" + _varint(EXTENT))
    return _field(3, b"".join(layer))


def _tags(kept: list[int], properties: Properties) -> tuple[list[bytes], list[bytes]]:
    """The packed tags of each kept feature, and the values that they point to."""
    places: dict[bytes, int] = {}
    tags = []
    for one in kept:
        own = []
        for key, column in enumerate(properties.values()):
            value = column[one]
            if value is not None:
                place = places.setdefault(_value(value), len(places))
                own.append(_varint(key) + _varint(place))
        tags.append(b"".join(own))
    return tags, list(places)


def _value(value: str | int | float | bool) -> bytes:
    if isinstance(value, str):
        return _field(1, value.encode())
    if isinstance(value, bool):
        return b"\x38" + _varint(value)
    if isinstance(value, int):
        return b"\x30" + _varint((value << 1) ^ (value >> 63))
    return b"\x19" + struct.pack("<d", value)


def _field(number: int, content: bytes) -> bytes:
    return b"%c%b%b" % (number << 3 | 2, _varint(len(content)), content)


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)
