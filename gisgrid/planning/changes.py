"""What a plan would change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

if TYPE_CHECKING:
    from collections.abc import Collection

    import geopandas as gpd
    from numpy.typing import NDArray

__all__ = ["GridChanges", "compare_grids"]

_ATTRIBUTES = ("name", "parent", "special", "households")


@dataclass(frozen=True)
class GridChanges:
    """The codes of the grids that a plan makes, reshapes, relabels, ends and leaves alone."""

    new: tuple[str, ...]
    reshaped: tuple[str, ...]
    relabelled: tuple[str, ...]
    ended: tuple[str, ...]
    unchanged: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.new or self.reshaped or self.relabelled or self.ended)


def same_shape(one: NDArray[np.object_], other: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Whether shapes are equal vertex for vertex, wherever their rings begin."""
    equal: NDArray[np.bool_] = shapely.equals_identical(
        shapely.normalize(one), shapely.normalize(other)
    )
    return equal


def compare_grids(
    listed: gpd.GeoDataFrame, present: gpd.GeoDataFrame, *, ends: Collection[str] = ()
) -> GridChanges:
    """What changes when the listed grids take the place of the present ones.

    Parameters
    ----------
    listed, present : GeoDataFrame
        code, name, parent (code or None), special, households, geometry (MultiPolygon).
    ends : collection of str
        Codes of present grids that end because the plan does not list them.
    """
    now, then = listed.set_index("code"), present.set_index("code")
    both = [code for code in now.index if code in then.index]
    alike = same_shape(
        now.loc[both].geometry.to_numpy(dtype=object),
        then.loc[both].geometry.to_numpy(dtype=object),
    )
    reshaped = [code for code, same in zip(both, alike, strict=True) if not same]
    labels = {code: _labels(now, code) != _labels(then, code) for code in both}
    relabelled = [code for code in both if labels[code]]
    return GridChanges(
        new=tuple(code for code in now.index if code not in then.index),
        reshaped=tuple(reshaped),
        relabelled=tuple(relabelled),
        ended=tuple(sorted(set(ends))),
        unchanged=tuple(code for code in both if not labels[code] and code not in set(reshaped)),
    )


def _labels(frame: gpd.GeoDataFrame, code: str) -> tuple[Any, ...]:
    # Missing values come as None, NaN or NA, of which the latter two equal nothing.
    values = (frame.at[code, name] for name in _ATTRIBUTES)
    return tuple(None if pd.isna(value) else value for value in values)
