"""Changing plans: every change names the version that it was made on."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Request, Response

from api.plans.bodies import ShortBody
from api.plans.change import CurrentChange, CurrentPublish, answers_of, shown
from api.plans.models import (
    EditDone,
    NewPlan,
    PlanDetail,
    PlanName,
    PublishDone,
    RebaseDone,
    edit_item,
)
from api.plans.versions import PlanId
from api.problems import Problem
from api.reading import asked_instant
from api.service import CurrentService, Service
from api.viewers import Planner
from api.writing import changing
from gisgrid.access import Right
from gisgrid.exports.documents import document, warning
from gisgrid.geometry.checking import Tolerances
from gisgrid.store import drafts, plans
from gisgrid.store.audit import act_as
from gisgrid.store.publish import publish
from gisgrid.store.scope import look_as

__all__ = ["router"]

router = APIRouter(prefix="/v1/plans", tags=["plans"], route_class=ShortBody)

_BEGUN: dict[int | str, dict[str, Any]] = {
    201: {"model": PlanDetail},
    **{status: {"model": Problem} for status in (403, 404, 409, 413, 422, 503)},
}


@router.post("", summary="Begin a plan", status_code=201, responses=_BEGUN)
def create_plan(
    request: Request, body: NewPlan, service: CurrentService, planner: Planner
) -> Response:
    """Begin a plan on the present boundaries, or one that draws what an import listed."""
    day = asked_instant(body.effective_at, service.settings.zone)
    with changing(service, planner, Right.PLAN) as connection:
        if body.listing is None:
            made = drafts.new(connection, body.name, author=planner.name, effective_at=day)
        else:
            drafts.require_theirs(connection, body.listing)
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
    planner: Planner,
) -> Response:
    """A plan of one's own with the grids and the log of another, which stays as it is."""
    with changing(service, planner, Right.PLAN) as connection:
        drafts.require_theirs(connection, plan_id)
        made = drafts.fork(connection, plan_id, body.name, author=planner.name)
    return _created(request, service, made)


@router.patch("/{plan_id}", summary="Rename a plan", responses=answers_of(PlanDetail))
def rename_plan(change: CurrentChange, body: PlanName) -> Response:
    """Call a plan otherwise."""
    with change.begin() as connection:
        drafts.rename(connection, change.plan_id, body.name, expected_version=change.expected)
    return change.shown()


@router.post("/{plan_id}/edits", summary="Edit a plan", responses=answers_of(EditDone))
def edit_plan(change: CurrentChange, edit: Annotated[drafts.Edit, Body()]) -> Response:
    """Make an edit; `kind` says which. Published boundaries stay as they are.

    Grids are named by the codes that they have in the plan, shapes are GeoJSON in degrees.
    """
    with change.begin() as connection:
        done = drafts.edit(
            connection,
            change.plan_id,
            edit,
            author=change.author,
            expected_version=change.expected,
        )
        return change.done(connection, edit_item(done))


@router.post("/{plan_id}/undo", summary="Take the last edit back", responses=answers_of(EditDone))
def undo_edit(change: CurrentChange) -> Response:
    """Take the last edit in force back, to the last byte."""
    with change.begin() as connection:
        done = drafts.undo(connection, change.plan_id, expected_version=change.expected)
        return change.done(connection, edit_item(done))


@router.post(
    "/{plan_id}/redo",
    summary="Make the edit again that was undone last",
    responses=answers_of(EditDone),
)
def redo_edit(change: CurrentChange) -> Response:
    """Make the edit again that was undone last."""
    with change.begin() as connection:
        done = drafts.redo(connection, change.plan_id, expected_version=change.expected)
        return change.done(connection, edit_item(done))


@router.post(
    "/{plan_id}/rebase",
    summary="Draw a plan on the present boundaries",
    responses=answers_of(RebaseDone),
)
def rebase_plan(change: CurrentChange) -> Response:
    """Make all edits in force again on the present revision, or none; of a listing, take that
    revision as its base.
    """
    with change.begin() as connection:
        base, version = drafts.rebase(connection, change.plan_id, expected_version=change.expected)
        content = {"plan": change.plan_id, "version": version, "base_revision": base}
        return change.done(connection, content)


@router.post("/{plan_id}/discard", summary="Give a plan up", responses=answers_of(PlanDetail))
def discard_plan(change: CurrentChange) -> Response:
    """Give a plan up; it stays on record."""
    with change.begin() as connection:
        plans.require_version(connection, change.plan_id, change.expected)
        plans.discard(connection, change.plan_id)
    return change.shown()


@router.post("/{plan_id}/publish", summary="Put a plan in force", responses=answers_of(PublishDone))
def publish_plan(change: CurrentPublish) -> Response:
    """Put a plan in force, listed or drawn, or schedule it for its day."""
    settings = change.service.settings
    with change.service.engine.begin() as connection:
        look_as(connection, change.planner.sight(change.right))
        act_as(connection, change.planner.actor)
        plans.require_version(connection, change.plan_id, change.expected)
        drafts.require_theirs(connection, change.plan_id)
        published = publish(
            connection,
            change.plan_id,
            overlap_tolerance_m2=settings.overlap_tolerance_m2,
            author=change.author,
            tolerances=Tolerances.stated(settings),
            needs_another=settings.publish_needs_another,
        )
        content = {
            "plan": change.plan_id,
            "warnings": [warning(one) for one in published.findings],
            "scheduled": published.scheduled,
            "effective_at": published.effective_at.isoformat(),
            "reassigned": published.reassigned,
            "held": document(published.held, settings.zone),
        }
        return change.done(connection, content)


def _created(request: Request, service: Service, plan_id: int) -> Response:
    made = shown(request, service, plan_id)
    made.status_code = 201
    made.headers["Location"] = f"/v1/plans/{plan_id}"
    return made
