"""Grids as GeoJSON, written once and kept: by many threads, in little room."""

from __future__ import annotations

import numpy as np
import shapely

from api.ogc.boundaries import Layer
from api.ogc.crs import known_crs
from api.ogc.writing import Writer, Written


def test_what_another_thread_forgets_meanwhile_is_no_loss() -> None:
    codes = [f"G{number:02d}" for number in range(40)]
    shapes = np.array([shapely.box(k, 0, k + 1, 1) for k in range(40)], dtype=object)
    layer = Layer(codes, np.arange(40), shapes, shapely.bounds(shapes), {"code": codes})
    writer = Writer(layer, known_crs(None))

    class Forgotten(dict[int, Written]):
        """Between two look-ups of a page the store is begun anew, as when its room is full."""

        def __contains__(self, key: object) -> bool:
            writer._kept = {}
            return super().__contains__(key)

    every = list(range(40))
    right = writer.write(every)
    writer._kept = Forgotten(writer._kept)
    assert writer.write(every) == right
