"""Features as GeoJSON. A grid is written once for each coordinate system and kept."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import orjson
import shapely

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import tzinfo

    from sqlalchemy import Row

    from api.ogc.boundaries import Layer
    from api.ogc.crs import NamedCrs

from gisgrid.store.features import HAZARD_KINDS

__all__ = ["Writer", "Written", "write_hazards"]

# Bytes of one writer: some thousand grids with every bend of a street.
_ROOM: Final = 32 << 20


@dataclass(frozen=True)
class Written:
    """A feature as GeoJSON, and a digest of it."""

    body: bytes
    digest: bytes


class Writer:
    """Writes the grids of a layer in one coordinate system.

    Coordinates are written to the last bit: who reads them has the same numbers as the record.
    """

    def __init__(self, layer: Layer, crs: NamedCrs) -> None:
        self._layer = layer
        self._crs = crs
        self._kept: dict[int, Written] = {}
        self._size = 0

    def write(self, positions: Sequence[int]) -> list[Written]:
        """The grids at positions of the layer, in their order."""
        # Another thread may begin the store anew meanwhile.
        kept = self._kept
        found = {one: kept[one] for one in positions if one in kept}
        missing = [one for one in positions if one not in found]
        if missing:
            made = dict(zip(missing, self._made(missing), strict=True))
            size = sum(len(one.body) for one in made.values())
            if self._size + size > _ROOM:
                self._kept, self._size = {}, 0
            self._kept.update(made)
            self._size += size
            found |= made
        return [found[one] for one in positions]

    def _made(self, positions: list[int]) -> list[Written]:
        layer = self._layer
        geometries = _geometries(layer.shapes[positions], self._crs)
        return [
            _feature(
                layer.codes[one],
                geometry,
                {name: column[one] for name, column in layer.properties.items()},
            )
            for one, geometry in zip(positions, geometries, strict=True)
        ]


def write_hazards(rows: Sequence[Row[Any]], crs: NamedCrs, zone: tzinfo) -> list[Written]:
    """Hazards as `gisgrid.store.features.hazards` selects them."""
    points = np.asarray(shapely.points([row.lon for row in rows], [row.lat for row in rows]))
    return [
        _feature(
            row.source_id,
            geometry,
            {name: _plain(getattr(row, name), zone) for name in HAZARD_KINDS},
        )
        for row, geometry in zip(rows, _geometries(points, crs), strict=True)
    ]


def _plain(value: Any, zone: tzinfo) -> Any:
    return value.astimezone(zone).isoformat() if hasattr(value, "astimezone") else value


def _geometries(degrees: Any, crs: NamedCrs) -> Any:
    return shapely.to_geojson(crs.write(np.asarray(degrees, dtype=object)))


def _feature(key: str, geometry: str, properties: dict[str, Any]) -> Written:
    body = b'{"type":"Feature","id":%b,"properties":%b,"geometry":%b}' % (
        orjson.dumps(key),
        orjson.dumps(properties),
        geometry.encode(),
    )
    return Written(body, hashlib.sha256(body).digest())
