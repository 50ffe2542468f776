"""Pictures of cases over HTTP: sent as a form, kept anew, given back as JPEG."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, File, Form, Path, Request, Response, UploadFile

from api.answers import PRIVATE, answer
from api.cases.reading import Number, Worker, answers
from api.parameters import Code
from api.plans.bodies import ShortBody, read_short, replayed
from api.problems import Problem
from api.reading import open_reading
from api.service import CurrentService
from api.works.models import EvidenceAnswer, EvidenceList
from api.works.of_case import list_works
from api.writing import changed, changing
from gisgrid.access import Right
from gisgrid.cases.pictures import clean_picture
from gisgrid.store import clock
from gisgrid.store.works import evidence

__all__ = ["PictureBody", "router"]

Digest = Annotated[Code, Path(max_length=64, description="Digest of the picture.")]

# The other fields of the form, and what stands around them.
_ROOM: Final = 16 * 1024


class PictureBody(ShortBody):
    """A route whose body may be as long as a picture."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route's handler, behind the bounds."""
        handle = super(ShortBody, self).get_route_handler()

        async def bounded(request: Request) -> Response:
            most = request.app.state.service.settings.picture_limit_bytes + _ROOM
            return await handle(replayed(request, await read_short(request, most)))

        return bounded


router = APIRouter(prefix="/v1/cases/{number}/evidence", tags=["evidence"], route_class=PictureBody)


@router.get("", summary="The pictures of a case", responses=answers(EvidenceList, 404))
def list_evidence(
    request: Request, number: Number, service: CurrentService, viewer: Worker
) -> Response:
    """The pictures of a case; whoever may see the case may see them."""
    works_of = evidence.evidence_of
    return list_works(request, service, viewer, number, "evidence", works_of)


@router.post(
    "",
    summary="Add a picture",
    status_code=201,
    responses=answers(EvidenceAnswer, 400, 404, 409, 413, 422, status=201),
)
def add_evidence(
    number: Number,
    picture: Annotated[UploadFile, File(description="JPEG, PNG or WebP.")],
    stage: Annotated[Literal["before", "during", "after"], Form()],
    service: CurrentService,
    viewer: Worker,
    taken_on: Annotated[datetime.date | None, Form(description="Without it, today.")] = None,
) -> Response:
    """Keep a picture: made anew as JPEG from its pixels, so that nothing else in it stays."""
    # Before a connection is held: it takes a core for a moment.
    most = service.settings.picture_limit_bytes
    with service.turn():
        clean = clean_picture(picture.file.read(), limit_bytes=most)
    with changing(service, viewer, Right.WORK_CASES) as connection:
        today = clock.now(connection, service.settings.zone).date()
        made = evidence.add_evidence(
            connection,
            number,
            clean,
            stage=stage,
            taken_on=taken_on or today,
            today=today,
            actor=viewer.actor,
        )
        return changed(connection, service, made, 201)


@router.get(
    "/{sha256}",
    summary="A picture",
    response_class=Response,
    responses={200: {"content": {"image/jpeg": {}}}, 404: {"model": Problem}},
)
def get_evidence(
    request: Request, number: Number, sha256: Digest, service: CurrentService, viewer: Worker
) -> Response:
    """The bytes of a picture as JPEG."""
    with open_reading(service, sight=viewer.sight(Right.WORK_CASES)) as reading:
        jpeg = evidence.evidence_jpeg(reading.connection, number, sha256)
        return answer(request, jpeg, reading.revision, media_type="image/jpeg", private=True)


@router.delete(
    "/{sha256}",
    summary="Erase a picture",
    status_code=204,
    responses={404: {"model": Problem}},
)
def remove_evidence(
    number: Number, sha256: Digest, service: CurrentService, viewer: Worker
) -> Response:
    """Erase a picture, such as one that shows a face."""
    with changing(service, viewer, Right.WORK_CASES) as connection:
        evidence.remove_evidence(connection, number, sha256, actor=viewer.actor)
    return Response(status_code=204, headers={"Cache-Control": PRIVATE})
