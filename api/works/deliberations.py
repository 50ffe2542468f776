"""Deliberation over HTTP: convened by a chief, spoken by departments, ended with an outcome."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from api.access import allowed
from api.answers import json_answer
from api.cases.reading import Number, Worker, answers
from api.plans.bodies import ShortBody
from api.reading import open_reading
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
from api.writing import changed, changing
from gisgrid.access import Right, Viewer
from gisgrid.exports.documents import document
from gisgrid.store import clock
from gisgrid.store.works import deliberations

__all__ = ["Which", "router"]

router = APIRouter(
    prefix="/v1/cases/{number}/deliberations", tags=["deliberation"], route_class=ShortBody
)

Convener = Annotated[Viewer, allowed(Right.WHISTLE)]
Which = Annotated[int, Path(ge=1, le=2**62, description="Its id.")]
_REFUSALS = (404, 409, 413, 422)


@router.get("", summary="The deliberations of a case", responses=answers(DeliberationList, 404))
def list_deliberations(
    request: Request, number: Number, service: CurrentService, viewer: Worker
) -> Response:
    """What was deliberated about a case, the first meeting first."""
    with open_reading(service, sight=viewer.sight(Right.WORK_CASES)) as reading:
        found = deliberations.deliberations_of(reading.connection, number)
        content = {"number": number, "deliberations": document(found, service.settings.zone)}
        return json_answer(request, content, reading, private=True)


@router.post(
    "",
    summary="Convene a deliberation",
    status_code=201,
    responses=answers(DeliberationDocument, *_REFUSALS, status=201),
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
    responses=answers(DeliberationDocument, *_REFUSALS, status=201),
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
    responses=answers(DeliberationDocument, *_REFUSALS),
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
    responses=answers(DeliberationDocument, *_REFUSALS),
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
    responses=answers(DeliberationDocument, *_REFUSALS),
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
    responses=answers(DeliberationDocument, *_REFUSALS),
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
