"""The review queue: texts that nobody could place, and what a person decides that they mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request, Response

from api.addresses.answering import match_content
from api.addresses.models import NewDecision, NewReview, ReviewDone, ReviewList, ReviewQuery
from api.answers import json_answer
from api.plans.bodies import ShortBody
from api.problems import Problem
from api.reading import open_reading
from api.service import CurrentService
from api.viewers import Decider
from api.writing import changed, changing
from gisgrid.access import Right
from gisgrid.errors import Conflict, InputError
from gisgrid.exports.documents import document
from gisgrid.store.addresses import (
    Unsure,
    decide,
    dismiss,
    enqueue,
    list_reviews,
    reopen,
    review,
)

if TYPE_CHECKING:
    from api.served import Served
    from gisgrid.address.book import AddressBook

__all__ = ["router"]

router = APIRouter(prefix="/v1/addresses/reviews", tags=["addresses"], route_class=ShortBody)

_ReviewId = Annotated[int, Path(ge=1, le=2**63 - 1, description="Number of the review.")]
_SOURCE = "http"
_CANDIDATES = 5


def _answers(*refusals: int, done: int = 200) -> dict[int | str, dict[str, Any]]:
    return {done: {"model": ReviewDone}, **{status: {"model": Problem} for status in refusals}}


@router.get(
    "",
    summary="Texts that wait for a person",
    responses={200: {"model": ReviewList}, 422: {"model": Problem}},
)
def read_reviews(
    request: Request,
    query: Annotated[ReviewQuery, Query()],
    service: CurrentService,
    viewer: Decider,
) -> Response:
    """Reviews of a `state`, the first sent in first, each with the addresses it may mean."""
    book, served = service.addresses.present.book, service.served
    with open_reading(service) as reading:
        found = list_reviews(
            reading.connection, state=query.state, after=query.after, limit=query.limit + 1
        )
        page, following = found[: query.limit], None
        if len(found) > len(page):
            again = query.model_dump(exclude_defaults=True)
            following = f"{request.url.path}?{urlencode({**again, 'after': page[-1].id})}"
        reviews = [
            {
                **document(one, service.settings.zone),
                "candidates": _candidates(one.text, book, served),
            }
            for one in page
        ]
        return json_answer(request, {"reviews": reviews, "next": following}, reading, private=True)


def _candidates(text: str, book: AddressBook, served: Served) -> list[dict[str, Any]]:
    """The addresses that a text may mean; none of one that is too long to be an address."""
    try:
        match = book.resolve(text, limit=_CANDIDATES)
    except InputError:
        return []
    found: list[dict[str, Any]] = match_content(match, served.resolution)["candidates"]
    return found


@router.post(
    "", summary="Send a text in", status_code=201, responses=_answers(403, 409, 413, 422, done=201)
)
def send_in(body: NewReview, service: CurrentService, planner: Decider) -> Response:
    """Let a person decide what a text means; the same text in another writing is counted."""
    match = service.addresses.present.book.resolve(body.text)
    if match.status == "found":
        raise Conflict("the address is found", where="text", fix="there is nothing to decide")
    unsure = Unsure(body.text, match.status, match.reason)
    with changing(service, planner, Right.DECIDE_ADDRESSES) as connection:
        (number,) = enqueue(connection, [unsure], source=_SOURCE)
        return changed(connection, service, review(connection, number), 201)


@router.post(
    "/{review_id}/decision",
    summary="Decide what a text means",
    responses=_answers(403, 404, 409, 413, 422),
)
def make_decision(
    review_id: _ReviewId, body: NewDecision, service: CurrentService, planner: Decider
) -> Response:
    """Choose an address, and perhaps learn an `alias`; look-ups know both some seconds later."""
    with changing(service, planner, Right.DECIDE_ADDRESSES) as connection:
        decided = decide(
            connection,
            review_id,
            body.address_id,
            alias=body.alias,
            means=body.means,
            kind=body.kind,
            author=planner.name,
        )
        return changed(connection, service, decided)


@router.delete(
    "/{review_id}/decision",
    summary="Take that back",
    responses=_answers(403, 404, 409, 422),
)
def take_back(review_id: _ReviewId, service: CurrentService, planner: Decider) -> Response:
    """Let a review wait again, whether it was decided or dismissed; an alias stays."""
    with changing(service, planner, Right.DECIDE_ADDRESSES) as connection:
        return changed(connection, service, reopen(connection, review_id))


@router.post(
    "/{review_id}/dismiss",
    summary="There is nothing to decide",
    responses=_answers(403, 404, 409, 422),
)
def put_aside(review_id: _ReviewId, service: CurrentService, planner: Decider) -> Response:
    """Say that a text is no address of the district."""
    with changing(service, planner, Right.DECIDE_ADDRESSES) as connection:
        done = dismiss(connection, review_id, author=planner.name)
        return changed(connection, service, done)
