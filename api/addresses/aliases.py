"""Other names of roads and addresses: listed, made, ended."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request, Response

from api.addresses.models import AliasList, AliasMade, AliasQuery, NewAlias
from api.answers import json_answer
from api.plans.bodies import ShortBody
from api.problems import Problem
from api.reading import open_reading
from api.service import CurrentService
from api.viewers import Decider, Resolver
from api.writing import changed, changing
from gisgrid.access import Right
from gisgrid.exports.documents import document
from gisgrid.store.addresses import add_alias, end_alias, list_aliases

__all__ = ["router"]

router = APIRouter(prefix="/v1/addresses/aliases", tags=["addresses"], route_class=ShortBody)

_AliasId = Annotated[int, Path(ge=1, le=2**63 - 1, description="Number of the alias.")]
_SOURCE = "http"


@router.get(
    "",
    summary="Other names of roads and addresses",
    responses={200: {"model": AliasList}, 422: {"model": Problem}},
)
def read_aliases(
    request: Request,
    query: Annotated[AliasQuery, Query()],
    service: CurrentService,
    viewer: Resolver,
) -> Response:
    """Names that people use, the first made first; `next` is the address of the page after."""
    with open_reading(service) as reading:
        found = list_aliases(
            reading.connection, ended=query.ended, after=query.after, limit=query.limit + 1
        )
        page, following = found[: query.limit], None
        if len(found) > len(page):
            again = query.model_dump(exclude_defaults=True)
            following = f"{request.url.path}?{urlencode({**again, 'after': page[-1].id})}"
        content = {"aliases": document(page, service.settings.zone), "next": following}
        return json_answer(request, content, reading, private=True)


@router.post(
    "",
    summary="Let a name stand for a road or an address",
    status_code=201,
    responses={
        201: {"model": AliasMade},
        **{status: {"model": Problem} for status in (403, 409, 413, 422)},
    },
)
def make_alias(body: NewAlias, service: CurrentService, planner: Decider) -> Response:
    """From then on the name is read as what it `means`; look-ups know it some seconds later."""
    with changing(service, planner, Right.DECIDE_ADDRESSES) as connection:
        made = add_alias(
            connection,
            body.name,
            body.means,
            kind=body.kind,
            source=_SOURCE,
            author=planner.name,
        )
        return changed(connection, service, made, 201)


@router.delete(
    "/{alias_id}",
    summary="End that",
    responses={
        200: {"model": AliasMade},
        **{status: {"model": Problem} for status in (403, 404, 409, 422)},
    },
)
def stop_alias(alias_id: _AliasId, service: CurrentService, planner: Decider) -> Response:
    """End an alias; it stays on record. Answers what it was."""
    with changing(service, planner, Right.DECIDE_ADDRESSES) as connection:
        return changed(connection, service, end_alias(connection, alias_id, author=planner.name))
