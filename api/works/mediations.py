"""Mediation by three offices over HTTP."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.answers import json_answer
from api.cases.reading import Number, Worker, answers
from api.plans.bodies import ShortBody
from api.reading import open_reading
from api.service import CurrentService
from api.works.deliberations import Which
from api.works.models import (
    MediationDocument,
    MediationEnd,
    MediationList,
    NewMediation,
    NewSession,
)
from api.writing import changed, changing
from gisgrid.access import Right
from gisgrid.exports.documents import document
from gisgrid.store import clock
from gisgrid.store.works import mediations

__all__ = ["router"]

router = APIRouter(
    prefix="/v1/cases/{number}/mediations", tags=["mediation"], route_class=ShortBody
)

_REFUSALS = (404, 409, 413, 422)


@router.get("", summary="The mediations of a case", responses=answers(MediationList, 404))
def list_mediations(
    request: Request, number: Number, service: CurrentService, viewer: Worker
) -> Response:
    """How the three offices mediated, with their sessions."""
    with open_reading(service, sight=viewer.sight(Right.WORK_CASES)) as reading:
        found = mediations.mediations_of(reading.connection, number)
        content = {"number": number, "mediations": document(found, service.settings.zone)}
        return json_answer(request, content, reading, private=True)


@router.post(
    "",
    summary="Bring the three offices together",
    status_code=201,
    responses=answers(MediationDocument, *_REFUSALS, status=201),
)
def mediate(
    number: Number, body: NewMediation, service: CurrentService, viewer: Worker
) -> Response:
    """Begin a mediation by police station, justice office and law firm."""
    with changing(service, viewer, Right.WORK_CASES) as connection:
        offices = body.model_dump()
        made = mediations.mediate(connection, number, **offices, actor=viewer.actor)
        return changed(connection, service, made, 201)


@router.post(
    "/{which}/sessions",
    summary="Put a session on record",
    status_code=201,
    responses=answers(MediationDocument, *_REFUSALS, status=201),
)
def sit(
    number: Number, which: Which, body: NewSession, service: CurrentService, viewer: Worker
) -> Response:
    """The offices sat with the parties."""
    with changing(service, viewer, Right.WORK_CASES) as connection:
        now = clock.now(connection, service.settings.zone)
        made = mediations.sit(
            connection,
            number,
            which,
            held_at=body.held_at or now,
            now=now,
            place=body.place,
            note=body.note,
            actor=viewer.actor,
        )
        return changed(connection, service, made, 201)


@router.post(
    "/{which}/outcome",
    summary="End it with an outcome",
    responses=answers(MediationDocument, *_REFUSALS),
)
def end_mediation(
    number: Number, which: Which, body: MediationEnd, service: CurrentService, viewer: Worker
) -> Response:
    """Agreed, failed or withdrawn; of an agreement the digest alone is kept."""
    with changing(service, viewer, Right.WORK_CASES) as connection:
        end = body.model_dump()
        made = mediations.end_mediation(connection, number, which, **end, actor=viewer.actor)
        return changed(connection, service, made)
