"""The answer to a text: what was read in it, the addresses it may mean, and their grids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api.reading import asked_instant, open_reading
from api.served import described
from gisgrid.exports.matches import match_document
from gisgrid.store.owners import resolve_point

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.service import Service
    from gisgrid.address.records import Match
    from gisgrid.locate import Resolution

__all__ = ["address_content", "match_content"]


def address_content(service: Service, text: str, at: str | None, limit: int) -> dict[str, Any]:
    """The document that answers a text.

    Parameters
    ----------
    service : Service
    text : str
        As it was asked.
    at : str or None
        Whose boundaries answer; addresses are those of the present.
    limit : int
        Most candidates.

    Raises
    ------
    InputError
        ``at`` is no date.
    """
    instant = asked_instant(at, service.settings.zone)
    match = service.addresses.present.book.resolve(text, limit=limit)
    if instant is None:
        served = service.served
        return {**served.head, **match_content(match, served.resolution)}
    with open_reading(service, at) as reading:

        def owners(lon: float, lat: float) -> Resolution:
            return resolve_point(reading.connection, lon, lat, reading.at)

        return {**reading.head, **match_content(match, owners)}


def match_content(match: Match, owners: Callable[[float, float], Resolution]) -> dict[str, Any]:
    """A match as a document, each candidate with the grids that own its point."""
    places = [owners(one.lon, one.lat) for one in match.candidates]
    return match_document(match, [{"status": one.status, **described(one)} for one in places])
