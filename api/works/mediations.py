"""Mediation by three offices over HTTP."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.cases.reading import Number, Worker, answers
from api.plans.bodies import ShortBody
from api.service import CurrentService
from api.works.models import (
    MediationDocument,
    MediationEnd,
    MediationList,
    NewMediation,
    NewSession,
)
from api.works.of_case import REFUSALS, Which, list_works
from api.writing import changed, changing
from gisgrid.access import Right
from gisgrid.store import clock
from gisgrid.store.works import mediations

__all__ = ["router"]

router = APIRouter(
    prefix="/v1/cases/{number}/mediations", tags=["mediation"], route_class=ShortBody
)


@router.get("", summary="The mediations of a case", responses=answers(MediationList, 404))
def list_mediations(
    request: Request, number: Number, service: CurrentService, viewer: Worker
) -> Response:
    """How the three offices mediated, with their sessions."""
    works_of = mediations.mediations_of
    return list_works(request, service, viewer, number, "mediations", works_of)


@router.post(
    "",
    summary="Bring the three offices together",
    status_code=201,
    responses=answers(MediationDocument, *REFUSALS, status=201),
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
    responses=answers(MediationDocument, *REFUSALS, status=201),
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
    responses=answers(MediationDocument, *REFUSALS),
)
def end_mediation(
    number: Number, which: Which, body: MediationEnd, service: CurrentService, viewer: Worker
) -> Response:
    """Agreed, failed or withdrawn; of an agreement the digest alone is kept."""
    with changing(service, viewer, Right.WORK_CASES) as connection:
        end = body.model_dump()
        made = mediations.end_mediation(connection, number, which, **end, actor=viewer.actor)
        return changed(connection, service, made)
