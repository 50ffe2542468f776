"""Other names that people use: estates for the lanes they stand in, and what roads were called."""

from __future__ import annotations

import numpy as np
import pandas as pd

__all__ = ["write_aliases"]

_OLD_FIRST = "东西南北中前后大小长老新"
_OLD_SECOND = "市场街堂庙仓井闸坊浜"
_OLD_ROADS = 60


def write_aliases(addresses: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Write the names that stand for the beginning of a standard address, or for a road.

    Parameters
    ----------
    addresses : pandas.DataFrame
        ``address``, ``road``, ``lane``, ``number``, ``building``, ``estate`` of every door.
    rng : numpy.random.Generator
        Of this stage alone.

    Returns
    -------
    pandas.DataFrame
        ``name``, ``means``, ``kind``, sorted by kind and name, every name once. Kind ``estate``:
        an estate whose addresses name its lane instead; ``means`` is their text up to the lane.
        Kind ``old-name``: the invented former name of a road; ``means`` is the road.
    """
    return pd.concat([_estates(addresses), _old_roads(addresses, rng)], ignore_index=True)


def _estates(addresses: pd.DataFrame) -> pd.DataFrame:
    rows = addresses[addresses["lane"].notna() & addresses["estate"].notna()]
    means = [
        text[: -len(number)] for text, number in zip(rows["address"], rows["number"], strict=True)
    ]
    frame = pd.DataFrame({"name": rows["estate"].to_numpy(dtype=object), "means": means})
    frame = frame.drop_duplicates().sort_values("name", ignore_index=True)
    if not frame["name"].is_unique:
        raise RuntimeError("one estate has two lanes")
    return frame.assign(kind="estate")


def _old_roads(addresses: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    roads = sorted(set(addresses["road"].dropna()))
    pairs = [first + second for first in _OLD_FIRST for second in _OLD_SECOND]
    stems = rng.choice(pairs, _OLD_ROADS, replace=False)
    renamed = rng.choice(roads, _OLD_ROADS, replace=False)
    # A renamed road was a road before, a street a street.
    names = [stem + road[-1] for stem, road in zip(stems, renamed, strict=True)]
    if taken := set(names) & set(roads):
        raise RuntimeError(f"roads are still called so: {taken}")
    frame = pd.DataFrame({"name": names, "means": renamed, "kind": "old-name"})
    return frame.sort_values("name", ignore_index=True)
