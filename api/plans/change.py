"""A request to change a plan: whose, on which version, and how it is answered."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import Depends, Request, Response

from api.answers import PRIVATE, json_bytes
from api.plans.reading import detail_answer
from api.plans.versions import Expected, PlanId, plan_tag
from api.problems import Problem
from api.reading import open_reading
from api.service import CurrentService, Service
from api.viewers import Planner, Publisher
from api.writing import changing
from gisgrid.access import Right, Viewer
from gisgrid.store import drafts, plans, revisions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic import BaseModel
    from sqlalchemy import Connection

__all__ = ["Change", "CurrentChange", "CurrentPublish", "answers_of", "shown"]

_REFUSED: Final = (403, 404, 409, 412, 413, 422, 428, 503)


@dataclass(frozen=True)
class Change:
    """A request to change a plan.

    Attributes
    ----------
    request : Request
    service : Service
    plan_id : int
    expected : int or None
        The version that the change was made on; None for any.
    planner : Viewer
        Who makes it.
    right : Right
        By which right.
    """

    request: Request
    service: Service
    plan_id: int
    expected: int | None
    planner: Viewer
    right: Right = Right.PLAN

    @property
    def author(self) -> str:
        """Who makes it, for the log."""
        return self.planner.name

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A transaction for it, as `api.writing.changing`, which stays within what is theirs.

        Raises
        ------
        NotFound
            The plan draws, before or after, grids that the planner may not draw.
        """
        with changing(self.service, self.planner, self.right) as connection:
            drafts.require_theirs(connection, self.plan_id)
            yield connection
            drafts.require_drawn_theirs(connection, self.plan_id)

    def done(self, connection: Connection, content: Mapping[str, Any]) -> Response:
        """What it did, with the ETag that the next one has to name."""
        revision = revisions.current(connection)
        return Response(
            json_bytes({"revision": revision, **content}),
            media_type="application/json",
            headers={
                "ETag": plan_tag(plans.by_id(connection, self.plan_id), revision),
                "Cache-Control": PRIVATE,
            },
        )

    def shown(self) -> Response:
        """The plan as it is afterwards."""
        return shown(self.request, self.service, self.plan_id)


async def current_change(
    request: Request,
    plan_id: PlanId,
    expected: Expected,
    service: CurrentService,
    planner: Planner,
) -> Change:
    """The change that a request asks for, of somebody who may."""
    return Change(request, service, plan_id, expected, planner)


async def current_publish(
    request: Request,
    plan_id: PlanId,
    expected: Expected,
    service: CurrentService,
    publisher: Publisher,
) -> Change:
    """The publish that a request asks for, of somebody who may."""
    return Change(request, service, plan_id, expected, publisher, Right.PUBLISH)


CurrentChange = Annotated[Change, Depends(current_change)]
CurrentPublish = Annotated[Change, Depends(current_publish)]


def answers_of(model: type[BaseModel]) -> dict[int | str, dict[str, Any]]:
    """What a route that changes a plan may answer, for the description of the API."""
    return {200: {"model": model}, **{status: {"model": Problem} for status in _REFUSED}}


def shown(request: Request, service: Service, plan_id: int) -> Response:
    """The answer that shows a plan."""
    with open_reading(service) as reading:
        return detail_answer(request, reading, plans.by_id(reading.connection, plan_id))
