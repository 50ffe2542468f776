"""Changing plans: every change names the version that it was made on."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import APIRouter, Body, Request, Response
from sqlalchemy import func, select

from api.access import CurrentPlanner
from api.answers import PRIVATE, json_bytes
from api.plans.bodies import ShortBody
from api.plans.models import (
    EditDone,
    NewPlan,
    PlanDetail,
    PlanName,
    PublishDone,
    RebaseDone,
    edit_item,
)
from api.plans.reading import detail_answer
from api.plans.versions import Expected, PlanId, plan_tag
from api.problems import Problem
from api.reading import asked_instant, open_reading
from api.service import CurrentService, Service
from gisgrid.exports.documents import warning
from gisgrid.geometry.checking import Tolerances
from gisgrid.store import drafts, plans, revisions
from gisgrid.store.publish import publish

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

__all__ = ["router"]

router = APIRouter(prefix="/v1/plans", tags=["plans"], route_class=ShortBody)

_LONGEST: Final = "30s"

_REFUSED: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem} for status in (403, 404, 409, 412, 413, 422, 428)
}
_BEGUN: dict[int | str, dict[str, Any]] = {
    201: {"model": PlanDetail},
    **{status: {"model": Problem} for status in (403, 404, 409, 413, 422)},
}


@router.post("", summary="Begin a plan", status_code=201, responses=_BEGUN)
def create_plan(
    request: Request, body: NewPlan, service: CurrentService, planner: CurrentPlanner
) -> Response:
    """Begin a plan on the present boundaries, or one that draws what an import listed."""
    day = asked_instant(body.effective_at, service.settings.zone)
    with _changing(service) as connection:
        if body.listing is None:
            made = drafts.new(connection, body.name, author=planner.name, effective_at=day)
        else:
            made = drafts.from_listing(
                connection, body.listing, name=body.name, author=planner.name, effective_at=day
            )
    return _created(request, service, made)


@router.post("/{plan_id}/fork", summary="A plan from a plan", status_code=201, responses=_BEGUN)
def fork_plan(
    request: Request,
    plan_id: PlanId,
    body: PlanName,
    service: CurrentService,
    planner: CurrentPlanner,
) -> Response:
    """A plan of one's own with the grids and the log of another, which stays as it is."""
    with _changing(service) as connection:
        made = drafts.fork(connection, plan_id, body.name, author=planner.name)
    return _created(request, service, made)


@router.patch(
    "/{plan_id}", summary="Rename a plan", responses={200: {"model": PlanDetail}, **_REFUSED}
)
def rename_plan(
    request: Request,
    plan_id: PlanId,
    body: PlanName,
    expected: Expected,
    service: CurrentService,
    planner: CurrentPlanner,
) -> Response:
    """Call a plan otherwise."""
    with _changing(service) as connection:
        drafts.rename(connection, plan_id, body.name, expected_version=expected)
    return _shown(request, service, plan_id)


@router.post(
    "/{plan_id}/edits", summary="Edit a plan", responses={200: {"model": EditDone}, **_REFUSED}
)
def edit_plan(
    plan_id: PlanId,
    edit: Annotated[drafts.Edit, Body()],
    expected: Expected,
    service: CurrentService,
    planner: CurrentPlanner,
) -> Response:
    """Make an edit; `kind` says which. Published boundaries stay as they are.

    Grids are named by the codes that they have in the plan, shapes are GeoJSON in degrees.
    """
    with _changing(service) as connection:
        done = drafts.edit(
            connection, plan_id, edit, author=planner.name, expected_version=expected
        )
        return _done(connection, plan_id, edit_item(done))


@router.post(
    "/{plan_id}/undo",
    summary="Take the last edit back",
    responses={200: {"model": EditDone}, **_REFUSED},
)
def undo_edit(
    plan_id: PlanId, expected: Expected, service: CurrentService, planner: CurrentPlanner
) -> Response:
    """Take the last edit in force back, to the last byte."""
    with _changing(service) as connection:
        done = drafts.undo(connection, plan_id, expected_version=expected)
        return _done(connection, plan_id, edit_item(done))


@router.post(
    "/{plan_id}/redo",
    summary="Make the edit again that was undone last",
    responses={200: {"model": EditDone}, **_REFUSED},
)
def redo_edit(
    plan_id: PlanId, expected: Expected, service: CurrentService, planner: CurrentPlanner
) -> Response:
    """Make the edit again that was undone last."""
    with _changing(service) as connection:
        done = drafts.redo(connection, plan_id, expected_version=expected)
        return _done(connection, plan_id, edit_item(done))


@router.post(
    "/{plan_id}/rebase",
    summary="Draw a plan on the present boundaries",
    responses={200: {"model": RebaseDone}, **_REFUSED},
)
def rebase_plan(
    plan_id: PlanId, expected: Expected, service: CurrentService, planner: CurrentPlanner
) -> Response:
    """Make all edits in force again on the present revision, or none; of a listing, take that
    revision as its base.
    """
    with _changing(service) as connection:
        base, version = drafts.rebase(connection, plan_id, expected_version=expected)
        content = {"plan": plan_id, "version": version, "base_revision": base}
        return _done(connection, plan_id, content)


@router.post(
    "/{plan_id}/discard",
    summary="Give a plan up",
    responses={200: {"model": PlanDetail}, **_REFUSED},
)
def discard_plan(
    request: Request,
    plan_id: PlanId,
    expected: Expected,
    service: CurrentService,
    planner: CurrentPlanner,
) -> Response:
    """Give a plan up; it stays on record."""
    with _changing(service) as connection:
        plans.require_version(connection, plan_id, expected)
        plans.discard(connection, plan_id)
    return _shown(request, service, plan_id)


@router.post(
    "/{plan_id}/publish",
    summary="Put a plan in force",
    responses={200: {"model": PublishDone}, **_REFUSED},
)
def publish_plan(
    plan_id: PlanId, expected: Expected, service: CurrentService, planner: CurrentPlanner
) -> Response:
    """Put a plan in force, listed or drawn, or schedule it for its day."""
    with service.engine.begin() as connection:
        # In the order of every publish, so that two never wait for each other.
        revisions.lock_for_publish(connection)
        plans.require_version(connection, plan_id, expected)
        published = publish(
            connection,
            plan_id,
            overlap_tolerance_m2=service.settings.overlap_tolerance_m2,
            author=planner.name,
            tolerances=Tolerances.stated(service.settings),
        )
        content = {
            "plan": plan_id,
            "warnings": [warning(one) for one in published.findings],
            "scheduled": published.scheduled,
            "effective_at": published.effective_at.isoformat(),
            "reassigned": published.reassigned,
        }
        return _done(connection, plan_id, content)


@contextmanager
def _changing(service: Service) -> Iterator[Connection]:
    """A transaction that changes a plan and neither runs nor waits for long.

    A publish has none of these bounds: how much it writes is not for the client to say.
    """
    with service.engine.begin() as connection:
        for bound in ("statement_timeout", "lock_timeout"):
            connection.execute(select(func.set_config(bound, _LONGEST, True)))
        yield connection


def _done(connection: Connection, plan_id: int, content: dict[str, Any]) -> Response:
    """What a change did, with the ETag that the next one has to name."""
    revision = revisions.current(connection)
    tag = plan_tag(plans.by_id(connection, plan_id), revision)
    return Response(
        json_bytes({"revision": revision, **content}),
        media_type="application/json",
        headers={"ETag": tag, "Cache-Control": PRIVATE},
    )


def _shown(request: Request, service: Service, plan_id: int) -> Response:
    with open_reading(service) as reading:
        return detail_answer(request, reading, plans.by_id(reading.connection, plan_id))


def _created(request: Request, service: Service, plan_id: int) -> Response:
    made = _shown(request, service, plan_id)
    made.status_code = 201
    made.headers["Location"] = f"/v1/plans/{plan_id}"
    return made
