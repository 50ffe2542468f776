"""Who owns a point, by asking every polygon; and the comparison of an index with that.

Very rarely GEOS contradicts itself. Its orientation test multiplies differences of coordinates
with about 32 digits; where a product leaves the range of a float64, or a point lies some 1e-17 of
a segment's length beside it, the answer can change with the direction of the ring, with preparing
the polygon, and with the version of GEOS (PostGIS has an older one). Such a point is `contested`:
an index may follow any of these ways, and exact arithmetic where numbers are not `ordinary`. At
all other points there is one answer.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gisgrid.locate import CoverageIndex
from tests.locate.coverages import Coverage

Answer = tuple[NDArray[np.int32], NDArray[np.bool_]]


def by_covers(coverage: Coverage, points: NDArray[np.float64]) -> Answer:
    """Owners and borders by GEOS' ``covers`` and ``contains`` of every polygon and point."""
    shapes = _copies(coverage)
    found = [_asked(shapely.covers, shape, points) for shape in shapes]
    inner = [_asked(shapely.contains, shape, points) for shape in shapes]
    return _decided(coverage.codes, found, inner, len(points))


def by_relate(coverage: Coverage, points: NDArray[np.float64]) -> Answer:
    """The same by the matrix of ``relate``, as the database decides."""

    def edge(shape: Any, point: Any) -> Any:
        return [matrix[3] != "F" for matrix in shapely.relate(shape, point)]

    def cover(shape: Any, point: Any) -> Any:
        return [matrix[6] == "F" for matrix in shapely.relate(shape, point)]

    found = [_asked(cover, shape, points) for shape in coverage.shapes]
    touched = [_asked(edge, shape, points) for shape in coverage.shapes]
    inner = [a & ~b for a, b in zip(found, touched, strict=True)]
    return _decided(coverage.codes, found, inner, len(points))


def by_tree(coverage: Coverage, points: NDArray[np.float64]) -> Answer:
    """The same by prepared polygons that ask a tree of points: for very many of both."""
    order = np.argsort(np.array(coverage.codes))
    asking = _copies(coverage)[order]
    shapely.prepare(asking)
    tree = shapely.STRtree(shapely.points(points))
    rank, covered = tree.query(asking, predicate="covers")
    _, inside = tree.query(asking, predicate="contains_properly")
    first = np.full(len(points), len(order))
    np.minimum.at(first, covered, rank)
    times = np.bincount(covered, minlength=len(points))
    within = np.bincount(inside, minlength=len(points))
    owner = np.append(order, -1)[first].astype(np.int32)
    # One that covers and one that holds it within are the same polygon.
    return owner, (times > 0) & ~((times == 1) & (within == 1))


def by_fractions(coverage: Coverage, points: NDArray[np.float64]) -> Answer:
    """The same by counting crossings in exact arithmetic, without GEOS; slow."""
    sides = [_sides(shape, points) for shape in coverage.shapes]
    return _decided(coverage.codes, [s >= 0 for s in sides], [s > 0 for s in sides], len(points))


def ordinary(numbers: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which numbers can be subtracted and multiplied without leaving the range of a float64."""
    size = np.abs(numbers)
    return ~np.isfinite(size) | (size == 0) | ((size > 1e-130) & (size < 1e130))


def contested(coverage: Coverage, points: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Where GEOS answers otherwise of some polygon when it is asked another way."""
    shape = (2 * len(coverage.shapes), len(points))
    voices = [np.array(voice, dtype=bool).reshape(shape) for voice in _voices(coverage, points)]
    return np.asarray(np.any([voice != voices[0] for voice in voices[1:]], axis=(0, 1)))


def differences(coverage: Coverage, points: NDArray[np.float64], answer: Answer) -> str:
    """What an index says otherwise than GEOS, in a few lines; empty when nothing."""
    expected = by_covers(coverage, points)
    wrong = (answer[0] != expected[0]) | (answer[1] != expected[1])
    if wrong.any():
        some = np.flatnonzero(wrong)
        wrong[some] &= ~contested(coverage, points[some]) | ~_defensible(
            coverage, points[some], answer[0][some]
        )
    lines = [f"{wrong.sum()} of {len(points)} differ"] if wrong.any() else []
    for row in np.flatnonzero(wrong)[:5]:
        x, y = points[row].tolist()
        said, right = ((int(one[0][row]), bool(one[1][row])) for one in (answer, expected))
        lines.append(f"({x!r}, {y!r}): {said}, not {right}")
        near = {said[0], right[0]} & set(range(len(coverage.shapes)))
        lines += [f"  {i}: {str(coverage.shapes[i])[:400]}" for i in sorted(near)]
    return "\n".join(lines)


def assert_exact(coverage: Coverage, points: NDArray[np.float64]) -> None:
    """Fail when an index of the coverage says otherwise than GEOS anywhere."""
    index = CoverageIndex(coverage.shapes, coverage.codes)
    wrong = differences(coverage, points, index.locate(*points.T, border=True))
    assert not wrong, wrong


def _copies(coverage: Coverage) -> NDArray[Any]:
    """The polygons anew: an index may have prepared them, which takes another way through GEOS."""
    shapes: NDArray[Any] = shapely.from_wkb(shapely.to_wkb(np.array(coverage.shapes, dtype=object)))
    return shapes


def _voices(coverage: Coverage, points: NDArray[np.float64]) -> list[tuple[list[Any], list[Any]]]:
    """Who covers, and who holds within: by polygons as they are, turned round, and prepared."""
    shapes = _copies(coverage)
    ways = [shapes, shapely.reverse(shapes), *[_copies(coverage)] * 2]
    shapely.prepare(ways[-1])
    voices = [
        (
            [_asked(shapely.covers, shape, points) for shape in way],
            [_asked(shapely.contains, shape, points) for shape in way],
        )
        for way in ways
    ]
    odd = ~ordinary(points).all(axis=1) | ~ordinary(shapely.get_coordinates(shapes)).all()
    if odd.any():
        exact = [_sides(shape, points) for shape in shapes]
        covers = [np.where(odd, s >= 0, c) for s, c in zip(exact, voices[0][0], strict=True)]
        holds = [np.where(odd, s > 0, c) for s, c in zip(exact, voices[0][1], strict=True)]
        voices.append((covers, holds))
    return voices


def _defensible(
    coverage: Coverage, points: NDArray[np.float64], owner: NDArray[np.int32]
) -> NDArray[np.bool_]:
    """Whether a way through GEOS says that the owner covers, and not all that a lower one does."""
    covers = [voice[0] for voice in _voices(coverage, points)]
    real = (owner >= -1) & (owner < len(coverage.codes))
    owner = np.where(real, owner, -1)
    ranks = np.argsort(np.argsort(np.array(coverage.codes)))
    rank = np.append(ranks, len(ranks))[owner]
    some, every = np.any(covers, axis=0), np.all(covers, axis=0)
    covered = np.vstack([some, np.ones(len(points), dtype=bool)])[owner, np.arange(len(points))]
    lower = (every & (ranks[:, None] < rank)).any(axis=0)
    return np.asarray(real & covered & ~lower)


def _asked(question: Any, shape: Any, points: NDArray[np.float64]) -> NDArray[np.bool_]:
    """The answers for all points; False for those that are not finite."""
    answers = np.zeros(len(points), dtype=np.bool_)
    finite = np.isfinite(points).all(axis=1)
    with np.errstate(all="ignore"):
        answers[finite] = question(shape, shapely.points(points[finite]))
    return answers


def _decided(codes: list[str], found: list[Any], inner: list[Any], count: int) -> Answer:
    owner = np.full(count, -1, dtype=np.int32)
    border = np.zeros(count, dtype=np.bool_)
    if codes:
        order = sorted(range(len(codes)), key=codes.__getitem__)
        covered = np.array(found, dtype=bool)[order]
        within = np.array(inner, dtype=bool)[order]
        first = covered.argmax(axis=0)
        owned = covered.any(axis=0)
        owner[owned] = np.array(order)[first[owned]]
        alone = within[first, np.arange(count)] & (covered.sum(axis=0) == 1)
        border = owned & ~alone
    return owner, border


def _sides(shape: Any, points: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.array([_side(shape, x, y) for x, y in points.tolist()], dtype=np.int64)


def _side(shape: Any, x: float, y: float) -> int:
    """1 inside, 0 on the edge, -1 outside."""
    if not (np.isfinite(x) and np.isfinite(y)):
        return -1
    inside = False
    for ring in shapely.get_rings(shapely.get_parts(shape)):
        corners = shapely.get_coordinates(ring).tolist()
        for (ax, ay), (bx, by) in pairwise(corners):
            if not min(ay, by) <= y <= max(ay, by):
                continue
            turn = _turn(ax, ay, bx, by, x, y)
            if turn == 0 and min(ax, bx) <= x <= max(ax, bx):
                return 0
            if (ay > y) != (by > y) and (turn > 0) == (by > ay):
                inside = not inside
    return 1 if inside else -1


def _turn(*numbers: float) -> Fraction:
    """Above 0 where the third point lies left of the way from the first to the second."""
    ax, ay, bx, by, px, py = map(Fraction, numbers)
    return (bx - ax) * (py - ay) - (by - ay) * (px - ax)
