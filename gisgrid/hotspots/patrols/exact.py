"""The best cover there is, or how far from it one may be: HiGHS."""

from __future__ import annotations

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, eye_array, hstack, vstack

from gisgrid.errors import InputError
from gisgrid.hotspots.patrols.cover import Cover, quick_cover
from gisgrid.hotspots.patrols.reach import FloatArray, Reach

__all__ = ["exact_cover"]


def exact_cover(
    reach: Reach,
    weight: FloatArray,
    count: int,
    *,
    taken: tuple[int, ...] = (),
    seconds: float = 10.0,
    gap: float = 1e-6,
) -> Cover:
    """Cover the most weight that so many sites can cover.

    Parameters
    ----------
    reach, weight, count, taken
        As in `greedy_cover`.
    seconds : float
        After that time the better of what was found and `quick_cover` is given, with the bound.
    gap : float
        Stop where it is known that no cover is better by more than this share.

    Returns
    -------
    Cover
        With ``bound``; value and bound are equal, within the gap, unless the time ran out.

    Raises
    ------
    InputError
        The time is not positive.
    """
    if not seconds > 0:
        raise InputError(f"{seconds:g} s are no time to search", fix="give more than 0")
    quick = quick_cover(reach, weight, count, taken=taken)
    if count <= len(taken) or not (reach.matrix @ weight).any():
        return Cover(quick.sites, quick.value, quick.value)
    # Points that the same sites cover are one, and what nothing covers is left out.
    patterns, merged = _merged(reach, weight)
    points, sites = patterns.shape
    at_least = np.zeros(sites)
    at_least[list(taken)] = 1.0
    found = milp(
        np.concatenate([np.zeros(sites), -merged]),
        integrality=np.concatenate([np.ones(sites), np.zeros(points)]),
        bounds=Bounds(np.concatenate([at_least, np.zeros(points)]), 1.0),
        constraints=[
            LinearConstraint(hstack([-patterns, eye_array(points)]), ub=0.0),
            LinearConstraint(
                np.concatenate([np.ones(sites), np.zeros(points)])[None, :], ub=float(count)
            ),
        ],
        options={"time_limit": seconds, "mip_rel_gap": gap},
    )
    total = float(merged.sum())
    bound = total if found.mip_dual_bound is None else min(total, -found.mip_dual_bound)
    if found.x is None:
        return Cover(quick.sites, quick.value, max(bound, quick.value))
    others = [int(k) for k in np.flatnonzero(found.x[:sites] > 0.5) if k not in taken]
    chosen = (*taken, *others)
    value = reach.value(list(chosen), weight)
    best = Cover(chosen, value) if value >= quick.value else quick
    return Cover(best.sites, best.value, max(bound, best.value))


def _merged(reach: Reach, weight: FloatArray) -> tuple[csr_array, FloatArray]:
    """The distinct sets of sites that cover a point (rows), and the weight of each."""
    by_point = reach.matrix.T.tocsr()
    by_point.sort_indices()
    together: dict[bytes, tuple[int, float]] = {}
    for point in np.flatnonzero((np.diff(by_point.indptr) > 0) & (weight > 0)):
        begin, end = by_point.indptr[point : point + 2]
        key = by_point.indices[begin:end].tobytes()
        first, sum_ = together.get(key, (int(point), 0.0))
        together[key] = (first, sum_ + float(weight[point]))
    rows = [by_point[[first]] for first, _ in together.values()]
    return csr_array(vstack(rows)), np.array([sum_ for _, sum_ in together.values()])
