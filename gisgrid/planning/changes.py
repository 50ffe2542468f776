"""What a plan would change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

if TYPE_CHECKING:
    from collections.abc import Collection

    import geopandas as gpd
    from numpy.typing import NDArray

__all__ = ["GridChanges", "compare_grids"]

_ATTRIBUTES = ("code", "name", "parent", "special", "households", "range_reason")


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
    listed: gpd.GeoDataFrame,
    present: gpd.GeoDataFrame,
    *,
    by: str = "code",
    ends: Collection[str] = (),
) -> GridChanges:
    """What changes when the listed grids take the place of the present ones.

    Parameters
    ----------
    listed, present : GeoDataFrame
        code, name, parent, special, households, geometry (MultiPolygon); range_reason where both
        have it.
    by : str
        The column that says which grid is which; with another than the code, a grid may change
        its code, and is named by the one that is listed.
    ends : collection of str
        Codes of present grids that end because the plan does not list them.
    """
    now, then = listed.set_index(by, drop=False), present.set_index(by, drop=False)
    both = [key for key in now.index if key in then.index]
    alike = same_shape(
        now.loc[both].geometry.to_numpy(dtype=object),
        then.loc[both].geometry.to_numpy(dtype=object),
    )
    names = [name for name in _ATTRIBUTES if name in now and name in then]
    old, new = (_labels(frame.loc[both], names) for frame in (then, now))
    code_of = now["code"].to_dict()
    reshaped = [code_of[key] for key, same in zip(both, alike, strict=True) if not same]
    relabelled = [
        code_of[key] for key, one, other in zip(both, old, new, strict=True) if one != other
    ]
    changed = {*reshaped, *relabelled}
    return GridChanges(
        new=tuple(code_of[key] for key in now.index if key not in then.index),
        reshaped=tuple(reshaped),
        relabelled=tuple(relabelled),
        ended=tuple(sorted(set(ends))),
        unchanged=tuple(code_of[key] for key in both if code_of[key] not in changed),
    )


def _labels(frame: gpd.GeoDataFrame, names: list[str]) -> list[tuple[Any, ...]]:
    # Missing values come as None, NaN or NA, of which the latter two equal nothing.
    columns = [
        [
            None if gone else value
            for value, gone in zip(frame[name], frame[name].isna(), strict=True)
        ]
        for name in names
    ]
    return list(zip(*columns, strict=True))
