"""A proposal that makes the polygons of a level a coverage, and says what it would change."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from shapely.geometry.base import BaseGeometry

from gisgrid.errors import CoverageError
from gisgrid.geometry.checking.ground import owned_faces
from gisgrid.geometry.crs import FloatArray, GeometryArray
from gisgrid.geometry.edges import edges_of, unmatched
from gisgrid.geometry.metric import areas_m2
from gisgrid.geometry.validity import Repair, repair

__all__ = ["Change", "Homes", "Parents", "Proposal", "propose_repair"]

# Noding leaves differences below this.
_NOTHING_M2 = 1e-3


@dataclass(frozen=True)
class Homes:
    """Where households live: points in WGS 84 degrees, with how many live at each.

    Attributes
    ----------
    lon, lat : float64 arrays, shape (n,)
    households : float64 array, shape (n,)
    """

    lon: FloatArray
    lat: FloatArray
    households: FloatArray


@dataclass(frozen=True)
class Parents:
    """The level above, whose borders a repair keeps to.

    Attributes
    ----------
    polygons : array of valid shapely polygons, shape (m,)
        In WGS 84 degrees; None is passed over.
    of : int64 array, shape (n,)
        The parent of each polygon of the level below, -1 for none.
    """

    polygons: GeometryArray
    of: NDArray[np.int64]


@dataclass(frozen=True)
class Change:
    """What the proposal does to one polygon.

    Attributes
    ----------
    position : int
    gained_m2, lost_m2 : float
        Ground that it would have and has not now, and the other way round.
    gained_households, lost_households : float or None
        The same of households; None where no homes were given.
    """

    position: int
    gained_m2: float
    lost_m2: float
    gained_households: float | None = None
    lost_households: float | None = None


@dataclass(frozen=True)
class Proposal:
    """Polygons that are a coverage, and how they differ from what was given.

    Attributes
    ----------
    polygons : array of shapely polygons, shape (n,)
        Valid and edge-matched; None where a polygon had nothing to it.
    rings : tuple of Repair
        The invalid polygons that were made valid first.
    changes : tuple of Change
        The polygons that gain or lose ground, the most changed first. Others may get a vertex more
        where a neighbour has one.
    gaps_filled : int
    border_moved_m2 : float
        Ground that the outer border would take in or let go; 0.0 where it is kept.
    """

    polygons: GeometryArray
    rings: tuple[Repair, ...]
    changes: tuple[Change, ...]
    gaps_filled: int
    border_moved_m2: float

    @property
    def keeps_border(self) -> bool:
        """Whether the outer border stays where it is."""
        return self.border_moved_m2 == 0.0


def propose_repair(
    polygons: ArrayLike | GeometryArray,
    *,
    fill_m2: float,
    homes: Homes | None = None,
    parents: Parents | None = None,
) -> Proposal:
    """Propose a coverage: valid rings, no overlaps, no small gaps.

    Ground that several polygons claim goes to the one of them with the longest border with it, and
    a gap that several polygons enclose to the one around it with the longest. A hole that a single
    polygon leaves open stays, and so do gaps larger than `fill_m2`.

    Parameters
    ----------
    polygons : array of shapely geometries, shape (n,)
        Of one level, in WGS 84 degrees; None stays None.
    fill_m2 : float
        Gaps up to this many square metres are filled.
    homes : Homes, optional
        What to count the households with that would change hands.
    parents : Parents, optional
        Ground that is claimed is parted along their borders and goes to a claimant whose parent
        it lies in, where there is one; a gap is filled by polygons of the parent that it lies in
        only. Ground that a single polygon has stays with it, wherever its parent lies.

    Raises
    ------
    CoverageError
        GEOS finds no coverage near these polygons.
    """
    given = np.atleast_1d(np.asarray(polygons, dtype=object))
    sound, rings = repair(given)
    present = np.flatnonzero(~shapely.is_missing(sound))
    before = sound[present]
    above = None if parents is None else Parents(parents.polygons, parents.of[present])
    made, lost, gained, gaps = _settled(before, fill_m2, above)
    if not shapely.coverage_is_valid(made):
        raise CoverageError(
            "no coverage was found near these polygons", fix="mend the largest faults by hand"
        )
    after = sound.copy()
    after[present] = made
    homes_moved = None if homes is None else _moves(sound, after, homes)
    return Proposal(
        polygons=after,
        rings=tuple(one for one in rings if given[one.position] is not None),
        changes=_changes(present, lost, gained, homes_moved),
        gaps_filled=gaps,
        border_moved_m2=_moved(before, made),
    )


def _settled(
    polygons: GeometryArray, fill_m2: float, parents: Parents | None
) -> tuple[GeometryArray, FloatArray, FloatArray, int]:
    """A coverage; what each polygon loses and gains in m²; how many gaps are filled."""
    count = len(polygons)
    lost, gained = np.zeros(count), np.zeros(count)
    if shapely.coverage_is_valid(polygons):
        return polygons, lost, gained, 0
    faces, face_of, owner_of = owned_faces(polygons, polygons)
    owners = np.bincount(face_of, minlength=len(faces))
    cuts = _parting(faces[(owners != 1) & ((owners > 1) | (areas_m2(faces) <= fill_m2))], parents)
    if len(cuts):
        faces, face_of, owner_of = owned_faces(polygons, polygons, cuts)
        owners = np.bincount(face_of, minlength=len(faces))
    above = _held_by(faces, parents)
    owner = np.full(len(faces), -1, dtype=np.int64)
    alone = owners[face_of] == 1
    owner[face_of[alone]] = owner_of[alone]
    claimed = owners[face_of] > 1
    face, claimant = face_of[claimed], owner_of[claimed]
    _decide(faces, owner, face, claimant, _in_family(face, claimant, above, parents))
    gone = owner[face] != claimant
    lost += np.bincount(claimant[gone], areas_m2(faces[face[gone]]), minlength=count)
    gaps = np.flatnonzero(owners == 0)
    gaps = gaps[areas_m2(faces[gaps]) <= fill_m2]
    filled = _fill(faces, owner, gaps, above, parents)
    gained += np.bincount(owner[filled], areas_m2(faces[filled]), minlength=count)
    return _put_together(polygons, faces, owner), lost, gained, len(filled)


def _put_together(
    polygons: GeometryArray, faces: GeometryArray, owner: NDArray[np.int64]
) -> GeometryArray:
    """Each polygon from the faces that it owns; None where it owns none."""
    order = np.argsort(owner, kind="stable")
    cuts = np.searchsorted(owner[order], np.arange(len(polygons) + 1))
    made = polygons.copy()
    for k in range(len(polygons)):
        own = faces[order[cuts[k] : cuts[k + 1]]]
        made[k] = shapely.coverage_union_all(own) if len(own) else None
    return made


def _parting(doubtful: GeometryArray, parents: Parents | None) -> GeometryArray:
    """The edges of the parents that run through ground which is to be given to somebody."""
    if parents is None or len(doubtful) == 0:
        return np.empty(0, dtype=object)
    rings = shapely.get_rings(shapely.get_parts(parents.polygons))
    points, ring = shapely.get_coordinates(rings, return_index=True)
    ends = np.stack([points[:-1], points[1:]], axis=1)[ring[:-1] == ring[1:]]
    edges: GeometryArray = shapely.linestrings(ends)
    face, edge = shapely.STRtree(edges).query(doubtful, predicate="intersects")
    through = ~shapely.touches(doubtful[face], edges[edge])
    cuts: GeometryArray = edges[np.unique(edge[through])]
    return cuts


def _held_by(faces: GeometryArray, parents: Parents | None) -> NDArray[np.int64]:
    """The first parent that covers each face; -1 where none does."""
    held = np.full(len(faces), -1, dtype=np.int64)
    if parents is not None:
        inside = shapely.point_on_surface(faces)
        face, parent = shapely.STRtree(parents.polygons).query(inside, predicate="intersects")
        order = np.lexsort((-parent, face))
        held[face[order]] = parent[order]
    return held


def _in_family(
    face: NDArray[np.int64],
    polygon: NDArray[np.int64],
    above: NDArray[np.int64],
    parents: Parents | None,
) -> NDArray[np.bool_]:
    """Whether faces lie in the parents of polygons; always, where there are no parents."""
    if parents is None:
        return np.ones(len(face), dtype=np.bool_)
    found: NDArray[np.bool_] = (above[face] >= 0) & (above[face] == parents.of[polygon])
    return found


def _decide(
    faces: GeometryArray,
    owner: NDArray[np.int64],
    face: NDArray[np.int64],
    claimant: NDArray[np.int64],
    family: NDArray[np.bool_],
) -> None:
    """Give each claimed face to one of its family, to the one with the longest border with it."""
    border = _borders(faces, owner, np.unique(face))
    pairs = zip(face.tolist(), claimant.tolist(), strict=True)
    length = np.array([border.get(pair, 0.0) for pair in pairs])
    order = np.lexsort((claimant, -length, ~family, face))
    decided, first = np.unique(face[order], return_index=True)
    owner[decided] = claimant[order][first]


def _fill(
    faces: GeometryArray,
    owner: NDArray[np.int64],
    gaps: NDArray[np.int64],
    above: NDArray[np.int64],
    parents: Parents | None,
) -> NDArray[np.int64]:
    """Give each gap that several polygons enclose to the one with the longest border with it."""
    around: dict[int, list[tuple[float, int]]] = {}
    for (gap, polygon), length in _borders(faces, owner, gaps).items():
        around.setdefault(gap, []).append((-length, polygon))
    filled = []
    for gap, sides in around.items():
        polygons = np.array([polygon for _, polygon in sides])
        family = _in_family(np.full(len(sides), gap), polygons, above, parents)
        heirs = [side for side, own in zip(sides, family.tolist(), strict=True) if own]
        if len(sides) > 1 and heirs:
            owner[gap] = min(heirs)[1]
            filled.append(gap)
    return np.array(filled, dtype=np.int64)


def _borders(
    faces: GeometryArray, owner: NDArray[np.int64], asked: NDArray[np.int64]
) -> dict[tuple[int, int], float]:
    """How long a border each of some faces has with the polygons that own those around it."""
    ours, theirs = edges_of(faces[asked]), edges_of(faces[owner >= 0])
    theirs_of = owner[owner >= 0][theirs.polygon]
    if len(theirs.key) == 0:
        return {}
    order = np.argsort(theirs.key)
    key = theirs.key[order]
    at = np.searchsorted(key, ours.key)
    pairs: list[NDArray[np.int64]] = []
    lengths = []
    # An edge lies between two faces, one of which may be the one that asks.
    for step in (0, 1):
        there = np.minimum(at + step, len(key) - 1)
        found = key[there] == ours.key
        pairs.append(np.column_stack([asked[ours.polygon[found]], theirs_of[order[there[found]]]]))
        lengths.append(ours.length[found])
    both, of = np.unique(np.concatenate(pairs), axis=0, return_inverse=True)
    sums = np.bincount(of.ravel(), np.concatenate(lengths), minlength=len(both))
    return {(face, polygon): sums[k] for k, (face, polygon) in enumerate(both.tolist())}


def _moved(before: GeometryArray, after: GeometryArray) -> float:
    """Ground between the outer border before and the one proposed."""
    at_border = unmatched(after)
    old, new = _within(before[at_border]), _within(after[at_border])
    moved = float(areas_m2(np.array([shapely.symmetric_difference(old, new)]))[0])
    return moved if moved > _NOTHING_M2 else 0.0


def _within(polygons: GeometryArray) -> BaseGeometry:
    """The ground within the outer border of polygons."""
    parts = shapely.get_parts(shapely.union_all(polygons))
    return shapely.union_all(shapely.polygons(shapely.get_exterior_ring(parts)))


def _changes(
    present: NDArray[np.int64],
    lost: FloatArray,
    gained: FloatArray,
    homes: tuple[FloatArray, FloatArray] | None,
) -> tuple[Change, ...]:
    """What each polygon gains and loses, the most changed first."""
    order = np.argsort(-(gained + lost), kind="stable")
    rows = order[np.maximum(gained, lost)[order] > _NOTHING_M2]
    columns = zip(present[rows].tolist(), gained[rows].tolist(), lost[rows].tolist(), strict=True)
    if homes is None:
        return tuple(Change(*column) for column in columns)
    came, went = homes
    return tuple(Change(k, more, less, float(came[k]), float(went[k])) for k, more, less in columns)


def _moves(
    before: GeometryArray, after: GeometryArray, homes: Homes
) -> tuple[FloatArray, FloatArray]:
    """Households that come to each polygon and that leave it."""
    old, new = _owners(before, homes), _owners(after, homes)
    moved = old != new
    came, went = (
        np.bincount(
            owner[moved & (owner >= 0)],
            weights=homes.households[moved & (owner >= 0)],
            minlength=len(before),
        ).astype(np.float64)
        for owner in (new, old)
    )
    return came, went


def _owners(polygons: GeometryArray, homes: Homes) -> NDArray[np.int64]:
    """The first polygon that covers each home; -1 where none does."""
    points = shapely.points(np.column_stack([homes.lon, homes.lat]))
    home, polygon = shapely.STRtree(polygons).query(points, predicate="intersects")
    owner = np.full(len(homes.lon), len(polygons), dtype=np.int64)
    np.minimum.at(owner, home, polygon)
    return np.where(owner == len(polygons), -1, owner)
