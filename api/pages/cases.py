"""The pages of cases: for a resident, a grid member, a chief, and whoever looks at the figures."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, Request, Response

from api.access import CurrentViewer
from api.cases.reading import Worker
from api.pages.doors import doors_for
from api.pages.ground import ground
from api.pages.rendering import page_answer
from api.reading import Reading, open_reading
from api.service import CurrentService
from api.viewers import Measurer
from gisgrid.access import Right, Viewer
from gisgrid.cases.categories import GROUPS, SOURCES, categories
from gisgrid.cases.stages import STEPS, Stage
from gisgrid.store import grids
from gisgrid.store.people import departments

__all__ = ["router"]

router = APIRouter(include_in_schema=False)

# Whoever has the address of a report has its code: it is not to be found by a search engine.
_UNLISTED: Final = {"X-Robots-Tag": "noindex, nofollow"}


@router.get("/report")
@router.get("/report/{code}")
def report(
    request: Request, service: CurrentService, viewer: CurrentViewer, code: str = ""
) -> Response:
    """The page on which a resident tells of a problem, and sees what became of it."""
    with open_reading(service) as reading:
        notice = reading.notice
    data = {
        **ground(service),
        **_words(),
        "departments": {},
        "resolves": viewer.may(Right.RESOLVE),
    }
    name = "follow.html" if code else "report.html"
    answer = _page(request, viewer, name, notice=notice, data=data)
    answer.headers.update(_UNLISTED)
    return answer


@router.get("/today")
def today(request: Request, service: CurrentService, viewer: Worker) -> Response:
    """The page that a grid member has on the phone: the cases of the day."""
    return _work(request, service, viewer, "today.html")


@router.get("/board")
def board(request: Request, service: CurrentService, viewer: Worker) -> Response:
    """The page on which a chief sees where cases stand, and whistles."""
    return _work(request, service, viewer, "board.html")


@router.get("/dashboard")
def dashboard(request: Request, service: CurrentService, viewer: Measurer) -> Response:
    """The page of the figures."""
    with open_reading(service, sight=viewer.sight(Right.MEASURE)) as reading:
        notice, today = reading.notice, reading.at.date().isoformat()
    return _page(request, viewer, "dashboard.html", notice=notice, data={"today": today})


def _work(request: Request, service: CurrentService, viewer: Viewer, name: str) -> Response:
    with open_reading(service, sight=viewer.sight(Right.WORK_CASES)) as reading:
        called = departments(reading.connection)
        content = {
            "notice": reading.notice,
            "grounds": _grounds(reading, viewer),
            "departments": called,
        }
    data = {
        **ground(service),
        **_words(),
        "departments": {one.code: [one.name_zh, one.name_en] for one in called},
        "department": viewer.department,
        "whistles": viewer.may(Right.WHISTLE),
        "places": viewer.may(Right.SEE_PLACES),
    }
    groups = [(code, zh) for code, (zh, _) in GROUPS.items()]
    return _page(request, viewer, name, data=data, groups=groups, **content)


def _page(request: Request, viewer: Viewer, name: str, **content: Any) -> Response:
    """A page, with the way to the others that its viewer may open."""
    return page_answer(
        request,
        name,
        here=request.url.path,
        doors=doors_for(viewer),
        account=viewer.account,
        **content,
    )


def _words() -> dict[str, Any]:
    """What stages, categories and steps are called, for pages that no account may open."""
    return {
        "groups": dict(GROUPS),
        "sources": dict(SOURCES),
        "categories": {
            one.code: [one.group, one.name_zh, one.name_en] for one in categories().values()
        },
        "stages": {stage: [stage.zh, stage.en] for stage in Stage},
        "steps": {
            step.action: {
                "words": [step.zh, step.en],
                "reason": step.reason,
                "told": step.told,
                "doers": step.doers,
            }
            for step in STEPS.values()
        },
    }


def _grounds(reading: Reading, viewer: Viewer) -> list[tuple[str, str]]:
    """The grids by which a viewer may narrow a list: code and name.

    All area grids for whoever sees the whole district; for others the grids of their grants.
    """
    sight = viewer.sight(Right.WORK_CASES)
    if sight.whole:
        found = grids.listing(reading.connection, reading.at, level="area")
    else:
        found = grids.by_ids(reading.connection, sorted(sight.grids), reading.at)
    return [(one.code, one.name or one.code) for one in found]
