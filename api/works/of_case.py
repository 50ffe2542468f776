"""What the works of a case have in common over HTTP: how one is named, and how they are listed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import Path, Request, Response

from api.answers import json_answer
from api.reading import open_reading
from gisgrid.access import Right
from gisgrid.exports.documents import document

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection

    from api.service import Service
    from gisgrid.access import Viewer

__all__ = ["REFUSALS", "Which", "list_works"]

Which = Annotated[int, Path(ge=1, le=2**62, description="Its id.")]
REFUSALS: Final = (404, 409, 413, 422)


def list_works(
    request: Request,
    service: Service,
    viewer: Viewer,
    number: str,
    name: str,
    works_of: Callable[[Connection, str], Sequence[Any]],
) -> Response:
    """The works of one kind that are on record for a case.

    Parameters
    ----------
    number : str
        Of the case.
    name : str
        What the answer calls them.
    works_of : callable
        Reads them from the store.

    Raises
    ------
    NotFound
        There is no such case, or none that the viewer may see.
    """
    with open_reading(service, sight=viewer.sight(Right.WORK_CASES)) as reading:
        found = works_of(reading.connection, number)
        content = {"number": number, name: document(found, service.settings.zone)}
        return json_answer(request, content, reading, private=True)
