"""Where a report says that something is: a point in any system, or an address that is certain."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gisgrid.errors import InputError
from gisgrid.geometry.crs import Crs, point_to_wgs84
from gisgrid.store.addresses.saying import why
from gisgrid.store.cases import shifted

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from api.cases.models import Place
    from api.service import Service
    from gisgrid.access import Actor
    from gisgrid.store.cases import Case

__all__ = ["by_address", "find_address", "note_conversion", "place_of"]


def by_address(place: Place) -> bool:
    """Whether a place is an address, which is looked up."""
    return place.lon is None and place.lat is None and bool(place.address.strip())


def place_of(place: Place, service: Service, *, likely: bool = True) -> tuple[float, float]:
    """Longitude and latitude, degrees of WGS 84.

    Parameters
    ----------
    likely : bool
        Of an address that is not certain name the likeliest ones.

    Raises
    ------
    InputError
        There is half a point, or neither point nor address, or the address is not certain.
    """
    if place.lon is not None and place.lat is not None:
        return point_to_wgs84(place.lon, place.lat, Crs.parse(place.crs))
    if not by_address(place):
        raise InputError("say where it is", fix="give lon and lat, or address")
    return find_address(place.address, service, likely=likely)


def find_address(text: str, service: Service, *, likely: bool = True) -> tuple[float, float]:
    """The point of an address.

    Parameters
    ----------
    likely : bool
        Name the likeliest ones where it is not certain.

    Raises
    ------
    InputError
        It is not certain which address is meant.
    """
    match = service.addresses.present.book.resolve(text, limit=2)
    if match.status != "found":
        raise InputError(
            f"the address {why(match, likely=likely)}",
            fix="give lon and lat, or write the address in full",
        )
    return match.candidates[0].lon, match.candidates[0].lat


def note_conversion(connection: Connection, place: Place, case: Case, actor: Actor) -> None:
    """Put in the audit log that the point of a case was turned back from a shifted system."""
    if place.lon is not None:
        shifted.note_conversion(connection, Crs.parse(place.crs), case, actor)
