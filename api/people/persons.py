"""``/v1/people``: who holds posts; telephone numbers are a route of their own, and logged."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request, Response

from api.access import allowed
from api.answers import PRIVATE, json_answer, json_bytes
from api.parameters import Code
from api.people.models import (
    NewPersonBody,
    PersonDetail,
    PersonList,
    PersonQuery,
    TelephoneAnswer,
    answers,
)
from api.plans.bodies import ShortBody
from api.reading import open_reading
from api.service import CurrentService
from api.viewers import PeopleLooker
from api.writing import changed, changing
from gisgrid.access import Right, Viewer
from gisgrid.exports.people import person_document
from gisgrid.store import people

__all__ = ["router"]

router = APIRouter(prefix="/v1/people", tags=["people"], route_class=ShortBody)

Manager = Annotated[Viewer, allowed(Right.MANAGE_PEOPLE)]
_Code = Annotated[Code, Path(description="Code of the person.")]


@router.get("", summary="Who holds posts", responses=answers(PersonList, 422))
def list_people(
    request: Request,
    query: Annotated[PersonQuery, Query()],
    service: CurrentService,
    viewer: PeopleLooker,
) -> Response:
    """The people of one's scope by their codes; `next` is the address of the page after."""
    with open_reading(service, sight=viewer.sight(Right.SEE_PEOPLE)) as reading:
        found = people.persons(reading.connection, after=query.after, limit=query.limit + 1)
        page, following = found[: query.limit], None
        if len(found) > len(page):
            again = urlencode({"limit": query.limit, "after": page[-1].code})
            following = f"{request.url.path}?{again}"
        content = {"people": [person_document(one) for one in page], "next": following}
        return json_answer(request, content, reading, private=True)


@router.post("", summary="Add or change a person", responses=answers(PersonDetail, 404, 413, 422))
def put_person(body: NewPersonBody, service: CurrentService, viewer: Manager) -> Response:
    """Put somebody on record, or change what is; a post makes them one of a grid's people."""
    with changing(service, viewer, Right.MANAGE_PEOPLE) as connection:
        new = people.NewPerson(**body.model_dump())
        people.put_person(connection, new, actor=viewer.actor)
        found = people.person_by_code(connection, body.code)
        return changed(connection, service, person_document(found))


@router.get(
    "/{code}/telephone",
    summary="Their telephone number",
    responses=answers(TelephoneAnswer, 404),
)
def get_telephone(
    code: _Code,
    service: CurrentService,
    viewer: Annotated[Viewer, allowed(Right.SEE_PERSONAL)],
) -> Response:
    """A telephone number, empty where there is none; the audit log says who looked."""
    with changing(service, viewer, Right.SEE_PERSONAL) as connection:
        number = people.telephone(connection, code, actor=viewer.actor)
        return Response(
            json_bytes({"code": code, "telephone": number}),
            media_type="application/json",
            headers={"Cache-Control": f"{PRIVATE}, no-store"},
        )


@router.delete("/{code}", summary="Forget a person", responses=answers(PersonDetail, 404))
def forget(code: _Code, service: CurrentService, viewer: Manager) -> Response:
    """Erase the name and the telephone number; the posts stay on record without them."""
    with changing(service, viewer, Right.MANAGE_PEOPLE) as connection:
        people.forget(connection, code, actor=viewer.actor)
        found = people.person_by_code(connection, code)
        return changed(connection, service, person_document(found))
