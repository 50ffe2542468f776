"""Deliberation over HTTP: convened by a chief, spoken by departments, ended with an outcome."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request, Response

from api.access import allowed
from api.cases.reading import Number, Worker, answers
from api.plans.bodies import ShortBody
from api.service import CurrentService
from api.works.models import (
    DeliberationDocument,
    DeliberationList,
    MeetingHeld,
    NewDeliberation,
    NewEntry,
    NewOutcome,
    NewPoll,
    NewVotes,
)
from api.works.of_case import REFUSALS, Which, list_works
from api.writing import changed, changing
from gisgrid.access import Right, Viewer
from gisgrid.store import clock
from gisgrid.store.works import deliberations

__all__ = ["router"]

router = APIRouter(
    prefix="/v1/cases/{number}/deliberations", tags=["deliberation"], route_class=ShortBody
)

Convener = Annotated[Viewer, allowed(Right.WHISTLE)]


@router.get("", summary="The deliberations of a case", responses=answers(DeliberationList, 404))
def list_deliberations(
    request: Request, number: Number, service: CurrentService, viewer: Worker
) -> Response:
    """What was deliberated about a case, the first meeting first."""
    works_of = deliberations.deliberations_of
    return list_works(request, service, viewer, number, "deliberations", works_of)


@router.post(
    "",
    summary="Convene a deliberation",
    status_code=201,
    responses=answers(DeliberationDocument, *REFUSALS, status=201),
)
def convene(
    number: Number, body: NewDeliberation, service: CurrentService, viewer: Convener
) -> Response:
    """Call those together whom a case concerns: departments, and residents by their roles."""
    with changing(service, viewer, Right.WHISTLE) as connection:
        made = deliberations.convene(
            connection,
            number,
            subject=body.subject,
            place=body.place,
            attendees=[deliberations.Attendee(a.department, a.role) for a in body.attendees],
            actor=viewer.actor,
        )
        return changed(connection, service, made, 201)


@router.post(
    "/{which}/entries",
    summary="Rule, advise, or give an opinion",
    status_code=201,
    responses=answers(DeliberationDocument, *REFUSALS, status=201),
)
def say(
    number: Number, which: Which, body: NewEntry, service: CurrentService, viewer: Worker
) -> Response:
    """Put what is said on record, where it stays."""
    with changing(service, viewer, Right.WORK_CASES) as connection:
        made = deliberations.say(
            connection,
            number,
            which,
            kind=body.kind,
            words=body.words,
            department=body.department,
            actor=viewer.actor,
        )
        return changed(connection, service, made, 201)


@router.post(
    "/{which}/poll",
    summary="Ask the residents",
    responses=answers(DeliberationDocument, *REFUSALS),
)
def open_poll(
    number: Number, which: Which, body: NewPoll, service: CurrentService, viewer: Convener
) -> Response:
    """Open a poll; who votes what is never on record."""
    with changing(service, viewer, Right.WHISTLE) as connection:
        made = deliberations.open_poll(
            connection,
            number,
            which,
            question=body.question,
            reason=body.reason,
            households=body.households,
            options=body.options,
        )
        return changed(connection, service, made)


@router.post(
    "/{which}/votes",
    summary="Give the count of the poll",
    responses=answers(DeliberationDocument, *REFUSALS),
)
def count_votes(
    number: Number, which: Which, body: NewVotes, service: CurrentService, viewer: Convener
) -> Response:
    """How many chose each option; it can be given anew until the deliberation is closed."""
    with changing(service, viewer, Right.WHISTLE) as connection:
        made = deliberations.count_votes(connection, number, which, body.votes)
        return changed(connection, service, made)


@router.post(
    "/{which}/held",
    summary="Say when the meeting was held",
    responses=answers(DeliberationDocument, *REFUSALS),
)
def hold_meeting(
    number: Number, which: Which, body: MeetingHeld, service: CurrentService, viewer: Convener
) -> Response:
    """The meeting was held; the outcome may follow."""
    with changing(service, viewer, Right.WHISTLE) as connection:
        now = clock.now(connection, service.settings.zone)
        made = deliberations.hold_meeting(connection, number, which, body.held_at or now, now=now)
        return changed(connection, service, made)


@router.post(
    "/{which}/outcome",
    summary="Close it with an outcome",
    responses=answers(DeliberationDocument, *REFUSALS),
)
def close_deliberation(
    number: Number, which: Which, body: NewOutcome, service: CurrentService, viewer: Convener
) -> Response:
    """Put the outcome on record and tell the reporter; it may make a facility at the place."""
    makes = None
    if body.facility is not None:
        makes = deliberations.NewFacilityHere(**body.facility.model_dump())
    with changing(service, viewer, Right.WHISTLE) as connection:
        made = deliberations.close_deliberation(
            connection, number, which, outcome=body.outcome, makes=makes, actor=viewer.actor
        )
        return changed(connection, service, made)
