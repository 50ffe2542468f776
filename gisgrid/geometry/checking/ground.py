"""Ground that two polygons of a level claim, and ground that none does.

The borders are noded once, all together, and the faces between them asked who owns them: nobody
owns a gap, two own an overlap. One noding costs less than cutting each pair of neighbours and then
uniting all of them, and gives both answers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gisgrid.geometry.crs import GeometryArray
from gisgrid.geometry.edges import unmatched

__all__ = ["GroundFaults", "ground_faults", "owned_faces"]


@dataclass(frozen=True)
class GroundFaults:
    """Where the polygons of a level are no coverage.

    Attributes
    ----------
    pairs : ndarray of int64, shape (n, 2)
        Positions of polygons that overlap, ``i < j``, in ascending order.
    shared : array of shapely geometries, shape (n,)
        The ground that each pair shares.
    gaps : array of shapely Polygon, shape (m,)
        Enclosed ground that no polygon covers, whatever its size.
    """

    pairs: NDArray[np.int64]
    shared: GeometryArray
    gaps: GeometryArray


def ground_faults(polygons: GeometryArray) -> GroundFaults:
    """Find all overlaps and all enclosed gaps, down to the last digit.

    Parameters
    ----------
    polygons : array of valid shapely polygons, shape (n,)
        Of one level; None is passed over.
    """
    present = np.flatnonzero(~shapely.is_missing(polygons))
    shapes = np.asarray(polygons[present], dtype=object)
    suspect = unmatched(shapes)
    faces, face_of, owner_of = owned_faces(shapes, shapes[suspect])
    doubled = np.bincount(face_of, minlength=len(faces)) > 1
    if not suspect.all() and not _whole(shapes, faces, face_of, owner_of, doubled):
        # A polygon lies over others that match one another: their borders are needed too.
        faces, face_of, owner_of = owned_faces(shapes, shapes)
        doubled = np.bincount(face_of, minlength=len(faces)) > 1
    pairs, shared = _by_pair(faces, face_of, owner_of, doubled)
    gaps = np.delete(faces, face_of)
    return GroundFaults(present[pairs], shared, gaps)


def owned_faces(
    shapes: GeometryArray, drawn: GeometryArray, more: GeometryArray | None = None
) -> tuple[GeometryArray, NDArray[np.int64], NDArray[np.int64]]:
    """The faces between the borders of some polygons, and who owns each.

    Parameters
    ----------
    shapes : array of valid shapely polygons
        Who may own a face.
    drawn : array of shapely polygons
        Whose borders are drawn.
    more : array of shapely LineString, optional
        Lines that are drawn too.

    Returns
    -------
    faces : array of shapely Polygon
        Neighbours share their edges vertex by vertex.
    face_of, owner_of : ndarrays of int64
        Pairs of face and owner, in order of faces; a face in no pair is owned by nobody.
    """
    borders = shapely.boundary(drawn)
    given = borders if more is None else np.concatenate([borders, more])
    lines = shapely.get_parts(shapely.union_all(given))
    faces = shapely.get_parts(shapely.polygonize(lines))
    inside = shapely.point_on_surface(faces)
    face_of, owner_of = shapely.STRtree(shapes).query(inside, predicate="intersects")
    return faces, face_of, owner_of


def _whole(
    shapes: GeometryArray,
    faces: GeometryArray,
    face_of: NDArray[np.int64],
    owner_of: NDArray[np.int64],
    doubled: NDArray[np.bool_],
) -> bool:
    """Whether each doubled face lies within each of its owners."""
    asked = doubled[face_of]
    cut = shapely.difference(faces[face_of[asked]], shapes[owner_of[asked]])
    return bool(np.all(shapely.area(cut) <= 1e-6 * shapely.area(faces[face_of[asked]])))


def _by_pair(
    faces: GeometryArray,
    face_of: NDArray[np.int64],
    owner_of: NDArray[np.int64],
    doubled: NDArray[np.bool_],
) -> tuple[NDArray[np.int64], GeometryArray]:
    """The pairs of owners of doubled faces, and what each pair shares."""
    order = np.lexsort((owner_of, face_of))
    face, owner = face_of[order], owner_of[order]
    keep = doubled[face]
    face, owner = face[keep], owner[keep]
    found: list[NDArray[np.int64]] = []
    # Of a face with k owners, each is paired with the next, the one after that, and so on.
    for step in range(1, int(np.bincount(face).max(initial=1))):
        same = face[step:] == face[:-step]
        found.append(np.column_stack([owner[:-step][same], owner[step:][same], face[:-step][same]]))
    rows = np.concatenate(found) if found else np.zeros((0, 3), dtype=np.int64)
    rows = rows[np.lexsort((rows[:, 1], rows[:, 0]))]
    first = np.flatnonzero(np.any(np.diff(rows[:, :2], axis=0, prepend=-1) != 0, axis=1))
    counts = np.diff(np.append(first, len(rows)))
    shared = faces[rows[first, 2]]
    several = counts > 1
    if several.any():
        group = np.repeat(np.cumsum(several) - 1, counts)
        of_several = np.repeat(several, counts)
        shared[several] = shapely.multipolygons(
            faces[rows[of_several, 2]], indices=group[of_several]
        )
        # Faces that meet along a line are one piece of ground.
        for k in np.flatnonzero(~shapely.is_valid(shared)):
            shared[k] = shapely.coverage_union_all(shapely.get_parts(shared[k]))
    return rows[first, :2], shared
