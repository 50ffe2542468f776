"""Open311's services: the categories that cases can have."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query, Response

from api.access import CurrentViewer, allowed
from api.open311.models import DefinitionDocument, JurisdictionQuery, ServiceDocument, answers
from api.open311.routing import Open311Route
from api.open311.writing import Extension, written
from api.service import CurrentService
from gisgrid.access import Right, Viewer
from gisgrid.cases.categories import GROUPS, Category, categories, category_of
from gisgrid.errors import NotFound

__all__ = ["SEVERITY", "check_jurisdiction", "router", "service_name"]

router = APIRouter(prefix="/open311/v2", tags=["open311"], route_class=Open311Route)

# The one attribute that every service asks for, if the reporter likes to say.
SEVERITY: Final = "severity"
_SEVERITIES: Final = ((1, "一般 minor"), (2, "较重 serious"), (3, "危险 dangerous"))


@router.get(
    "/services.{extension}",
    summary="Open311: what can be reported",
    responses=answers(list[ServiceDocument]),
)
def list_services(
    extension: Extension,
    query: Annotated[JurisdictionQuery, Query()],
    service: CurrentService,
    viewer: CurrentViewer,
) -> Response:
    """All categories; a request for one gets its number at once (`realtime`)."""
    check_jurisdiction(service.settings.jurisdiction, query.jurisdiction_id)
    content = [_service(one) for one in categories().values()]
    return written(content, "services", extension, private=False)


@router.get(
    "/services/{service_code}.{extension}",
    summary="Open311: what a service asks for",
    responses=answers(DefinitionDocument),
)
def read_service(
    service_code: Annotated[str, Path(max_length=100)],
    extension: Extension,
    query: Annotated[JurisdictionQuery, Query()],
    service: CurrentService,
    viewer: Annotated[Viewer, allowed(Right.RESOLVE)],
) -> Response:
    """The attributes of a service: how dangerous the matter is."""
    check_jurisdiction(service.settings.jurisdiction, query.jurisdiction_id)
    attribute = {
        "variable": True,
        "code": SEVERITY,
        "datatype": "singlevaluelist",
        "required": False,
        "datatype_description": None,
        "order": 1,
        "description": "有多危险?How dangerous is it?",
        "values": [{"key": key, "name": name} for key, name in _SEVERITIES],
    }
    content = {"service_code": category_of(service_code).code, "attributes": [attribute]}
    return written(content, "service_definition", extension, private=False)


def check_jurisdiction(own: str, asked: str) -> None:
    """That a request means this jurisdiction, where one is set and the request names any.

    Raises
    ------
    NotFound
        It means another.
    """
    if own and asked and asked != own:
        raise NotFound("jurisdiction_id was not found", fix=f"it is {own} here")


def service_name(category: Category) -> str:
    """What a service is called."""
    return f"{category.name_zh} {category.name_en}"


def _service(category: Category) -> dict[str, Any]:
    zh, en = GROUPS[category.group]
    return {
        "service_code": category.code,
        "service_name": service_name(category),
        "description": f"{zh}:{category.name_zh} {en}: {category.name_en}",
        "metadata": True,
        "type": "realtime",
        "keywords": f"{category.name_zh}, {category.name_en}, {zh}, {en}",
        "group": category.group,
    }
