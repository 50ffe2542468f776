"""What the routes of one application share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends, Request

from api.keeping import Kept
from gisgrid.errors import DatabaseError

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from gisgrid.settings import Settings

__all__ = ["CurrentService", "Service"]

# The present boundaries, the ones before while their last requests run, and a few past days.
_INDEXES = 4
_PAGES = 12


@dataclass
class Service:
    """Settings, the engine while the application runs, and what is kept in memory.

    Attributes
    ----------
    indexes : Kept
        Owner indexes by revision and date.
    pages : Kept
        Rendered maps and outlines by revision, date and change of places.
    """

    settings: Settings
    running: Engine | None = None
    indexes: Kept[Any] = field(default_factory=lambda: Kept(_INDEXES))
    pages: Kept[Any] = field(default_factory=lambda: Kept(_PAGES))

    @property
    def engine(self) -> Engine:
        """The engine.

        Raises
        ------
        DatabaseError
            The application has not been started.
        """
        if self.running is None:
            raise DatabaseError("the service has not been started", fix="try again in a moment")
        return self.running


def current_service(request: Request) -> Service:
    """The service of the application that a request came to."""
    service: Service = request.app.state.service
    return service


CurrentService = Annotated[Service, Depends(current_service)]
