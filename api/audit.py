"""The audit log, for those who may read it: references only, in the order of commits."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import AfterValidator, BaseModel

from api.access import allowed
from api.answers import PRIVATE, json_bytes
from api.problems import Problem
from api.service import CurrentService
from gisgrid.access import Right, Viewer
from gisgrid.errors import Forbidden
from gisgrid.exports.documents import document
from gisgrid.store import audit
from gisgrid.store.engine import snapshot
from gisgrid.store.texts import printable

__all__ = ["router"]

router = APIRouter(prefix="/v1/audit", tags=["audit"])

_MOST = 1000


class AuditEntry(BaseModel):
    """A row of the log; digest and hash are SHA-256 in hexadecimal."""

    position: int
    at: str
    actor: str
    action: str
    subject: str
    digest: str
    hash: str


class AuditLog(BaseModel):
    """Rows of the log, the newest first; `before` asks for the next ones, null at the end."""

    entries: list[AuditEntry]
    before: int | None


class AuditHead(BaseModel):
    """The end of the chain; whoever keeps it can prove later what came before it."""

    position: int
    hash: str
    at: str | None
    taken_at: str


async def _auditor(request: Request, viewer: Annotated[Viewer, allowed(Right.AUDIT)]) -> Viewer:
    """The viewer, who may read the log: it speaks of the whole district.

    Raises
    ------
    Forbidden
        They have the right in a part of the district only.
    """
    if viewer.sight(Right.AUDIT).whole:
        return viewer
    raise Forbidden(
        f"this needs the right {Right.AUDIT} in the whole district",
        where=request.url.path,
        fix="an administrator gives it: gisgrid account role",
    )


Auditor = Annotated[Viewer, Depends(_auditor)]
Reference = Annotated[str, AfterValidator(printable)]


@router.get(
    "",
    summary="Who did what",
    responses={200: {"model": AuditLog}, 403: {"model": Problem}, 422: {"model": Problem}},
)
def read_log(
    service: CurrentService,
    auditor: Auditor,
    actor: Annotated[Reference | None, Query(max_length=100, description="As account:7.")] = None,
    subject: Annotated[
        Reference | None, Query(max_length=200, description="As case_event:12.")
    ] = None,
    before: Annotated[int | None, Query(ge=1, le=2**62)] = None,
    limit: Annotated[int, Query(ge=1, le=_MOST)] = 100,
) -> Response:
    """The newest rows first: references to who did what to what, and no names."""
    with snapshot(service.engine) as connection:
        found = audit.listing(connection, before=before, limit=limit, actor=actor, subject=subject)
    more = found[-1].position if len(found) == limit else None
    return _answer({"entries": document(found, service.settings.zone), "before": more})


@router.get(
    "/head",
    summary="The end of the chain",
    responses={200: {"model": AuditHead}, 403: {"model": Problem}},
)
def read_head(service: CurrentService, auditor: Auditor) -> Response:
    """Position and hash of the last row, as `gisgrid audit check --head` takes them."""
    with snapshot(service.engine) as connection:
        found = audit.head(connection)
    return _answer(document(found, service.settings.zone))


def _answer(content: object) -> Response:
    return Response(
        json_bytes(content), media_type="application/json", headers={"Cache-Control": PRIVATE}
    )
