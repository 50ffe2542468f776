"""Pictures that residents send after their report; they are shown to the staff alone."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, File, Response, UploadFile

from api.access import CurrentViewer
from api.reading import open_reading
from api.reports.models import PicturesSent
from api.reports.routes import RESIDENT, Code, answers, own_change, told_alone
from api.service import CurrentService
from api.works.evidence import PictureBody
from gisgrid.cases.pictures import clean_picture
from gisgrid.store import cases, clock
from gisgrid.store.works import evidence

__all__ = ["router"]

router = APIRouter(prefix="/v1/reports", tags=["reports"], route_class=PictureBody)


@router.post(
    "/{code}/pictures",
    summary="Send a picture of what was reported",
    status_code=201,
    responses=answers(PicturesSent, 400, 404, 409, 413, 422, status=201),
)
def send_picture(
    code: Code,
    picture: Annotated[UploadFile, File(description="JPEG, PNG or WebP.")],
    service: CurrentService,
    viewer: CurrentViewer,
) -> Response:
    """As long as it is open, five at most: made anew from its pixels, for the staff to see."""
    with open_reading(service) as reading:
        # Before a picture takes a core for a moment: only where it could be kept.
        case = cases.public_history(reading.connection, code).case
        evidence.require_room(reading.connection, case, RESIDENT)
    most = service.settings.picture_limit_bytes
    with service.turn():
        clean = clean_picture(picture.file.read(), limit_bytes=most)
    with own_change(service, viewer) as connection:
        today = clock.now(connection, service.settings.zone).date()
        sent = evidence.add_by_code(connection, code, clean, today=today, actor=RESIDENT)
    return told_alone({"pictures": sent, "most": evidence.MOST_OF_REPORTER}, 201)
