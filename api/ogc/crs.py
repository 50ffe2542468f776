"""Coordinate systems as OGC names them, with the axis order that each authority defines."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from gisgrid.errors import InputError
from gisgrid.geometry.crs import Crs, geometries_from_wgs84, geometries_to_wgs84

__all__ = ["CRS84", "NamedCrs", "known_crs", "listed_crs"]


@dataclass(frozen=True)
class NamedCrs:
    """A coordinate system under OGC's name.

    Attributes
    ----------
    uri : str
    crs : Crs
    latitude_first : bool
        Its coordinates are written latitude first.
    """

    uri: str
    crs: Crs
    latitude_first: bool

    def write(self, degrees: NDArray[Any]) -> NDArray[Any]:
        """Geometries in longitude and latitude, as this system writes them."""
        return self._ordered(geometries_from_wgs84(degrees, self.crs))

    def read(self, written: NDArray[Any]) -> NDArray[Any]:
        """Geometries as this system writes them, in longitude and latitude.

        Raises
        ------
        InputError
            They lie where the system has no coordinates.
        """
        read = geometries_to_wgs84(self._ordered(written), self.crs)
        if not np.isfinite(shapely.get_coordinates(read)).all():
            raise InputError("lies outside its coordinate system", where=self.uri)
        return read

    def boxes(self, corners: Sequence[float]) -> NDArray[np.float64]:
        """A box as this system writes it, in degrees, shape (n, 4): two where it crosses ±180°.

        Parameters
        ----------
        corners : sequence of float
            Four or six: the lower corner, then the upper one; a height is left out.

        Raises
        ------
        InputError
            It is no box, or does not lie on the globe.
        """
        if len(corners) not in (4, 6) or not all(math.isfinite(one) for one in corners):
            raise InputError(
                "is not four or six numbers", where="bbox", fix="write 121.2,31.3,121.3,31.4"
            )
        written = np.array(corners, dtype=np.float64).reshape(2, -1)[:, :2]
        read = self.read(np.asarray(shapely.points(written), dtype=object))
        (west, south), (east, north) = shapely.get_coordinates(read).tolist()
        if south > north or (west > east and not self.crs.is_degrees):
            raise InputError("its lower corner is not the lower one", where="bbox")
        if max(abs(west), abs(east)) > 180 or max(abs(south), abs(north)) > 90:
            raise InputError(
                "does not lie on the globe", where="bbox", fix="state its system by bbox-crs"
            )
        if west > east:
            return np.array([[west, south, 180.0, north], [-180.0, south, east, north]])
        return np.array([[west, south, east, north]])

    def _ordered(self, geometries: NDArray[Any]) -> NDArray[Any]:
        if not self.latitude_first:
            return geometries
        return np.asarray(shapely.transform(geometries, lambda xy: xy[:, ::-1]))


_EPSG: Final = "http://www.opengis.net/def/crs/EPSG/0/"
CRS84: Final = NamedCrs("http://www.opengis.net/def/crs/OGC/1.3/CRS84", Crs("wgs84"), False)
_KNOWN: Final[Mapping[str, NamedCrs]] = {
    one.uri: one
    for one in (
        CRS84,
        NamedCrs(f"{_EPSG}4326", Crs("wgs84"), True),
        NamedCrs(f"{_EPSG}4490", Crs("cgcs2000"), True),
        NamedCrs(f"{_EPSG}3857", Crs("EPSG:3857"), False),
    )
}


def listed_crs() -> list[str]:
    """The names of all systems, that of the stored coordinates first."""
    return list(_KNOWN)


def known_crs(uri: str | None) -> NamedCrs:
    """The system of a name; of none, CRS84.

    Raises
    ------
    InputError
        There is no such system here.
    """
    found = CRS84 if uri is None else _KNOWN.get(uri)
    if found is None:
        raise InputError(
            "there is no such coordinate system here",
            where=repr(uri),
            fix=f"name one of: {', '.join(_KNOWN)}",
        )
    return found
