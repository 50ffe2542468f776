"""Where a report says that something is: a point in any system, or an address that is certain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gisgrid.errors import InputError
from gisgrid.geometry.crs import Crs, point_to_wgs84
from gisgrid.store.addresses.saying import why
from gisgrid.store.audit import note

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from api.cases.models import Place
    from api.service import Service
    from gisgrid.access import Actor
    from gisgrid.store.cases import Case

__all__ = ["find_address", "note_conversion", "place_of"]

# The systems that the law shifts: turning them back is on record, each time.
_SHIFTED: Final = frozenset({"gcj02", "bd09"})


def place_of(place: Place, service: Service) -> tuple[float, float]:
    """Longitude and latitude, degrees of WGS 84.

    Raises
    ------
    InputError
        There is half a point, or neither point nor address, or the address is not certain.
    """
    if place.lon is not None and place.lat is not None:
        return point_to_wgs84(place.lon, place.lat, Crs.parse(place.crs))
    if place.lon is not None or place.lat is not None or not place.address.strip():
        raise InputError("say where it is", fix="give lon and lat, or address")
    return find_address(place.address, service)


def find_address(text: str, service: Service) -> tuple[float, float]:
    """The point of an address.

    Raises
    ------
    InputError
        It is not certain which address is meant.
    """
    match = service.addresses.present.book.resolve(text, limit=2)
    if match.status != "found":
        raise InputError(
            f"the address {why(match)}", fix="give lon and lat, or write the address in full"
        )
    return match.candidates[0].lon, match.candidates[0].lat


def note_conversion(connection: Connection, place: Place, case: Case, actor: Actor) -> None:
    """Put in the audit log that the point of a case was turned back from a shifted system."""
    name = Crs.parse(place.crs).name
    if place.lon is not None and name in _SHIFTED:
        note(connection, actor, f"crs.{name}", f"case:{case.id}")
