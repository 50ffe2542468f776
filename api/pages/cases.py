"""The pages of cases: for a resident, a grid member, a chief, and whoever looks at the figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from fastapi import APIRouter, Request, Response

from api.access import CurrentViewer
from api.cases.reading import Number, Worker
from api.pages.doors import page_for
from api.pages.ground import ground
from api.reading import Reading, open_reading
from api.service import CurrentService
from api.viewers import Looker, Measurer
from gisgrid.access import Right, Viewer
from gisgrid.cases.categories import GROUPS, SOURCES, categories
from gisgrid.cases.facilities import FACILITY_KINDS
from gisgrid.cases.stages import STEPS, Stage
from gisgrid.store import cases, grids
from gisgrid.store.people import departments

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gisgrid.store.people import Department

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
    answer = page_for(request, viewer, name, notice=notice, data=data)
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


@router.get("/cases/{number}")
def case(request: Request, number: Number, service: CurrentService, viewer: Worker) -> Response:
    """The page of one case, whole: its history, departments, deliberation and mediation."""
    with open_reading(service, sight=viewer.sight(Right.WORK_CASES)) as reading:
        found = cases.get(reading.connection, number)
        notice, called = reading.notice, departments(reading.connection)
    data = {**_work_data(service, viewer, called), "number": found.number, "kinds": _kinds()}
    return page_for(request, viewer, "case.html", notice=notice, number=found.number, data=data)


@router.get("/dashboard")
def dashboard(request: Request, service: CurrentService, viewer: Measurer) -> Response:
    """The page of the figures."""
    with open_reading(service, sight=viewer.sight(Right.MEASURE)) as reading:
        notice, today = reading.notice, reading.at.date().isoformat()
    return page_for(request, viewer, "dashboard.html", notice=notice, data={"today": today})


@router.get("/facilities")
def facilities(request: Request, service: CurrentService, viewer: Looker) -> Response:
    """The page of what was put up for residents, and what of it is due."""
    with open_reading(service, sight=viewer.sight(Right.SEE_PLACES)) as reading:
        notice, today = reading.notice, reading.at.date().isoformat()
    data = {
        **ground(service),
        "kinds": _kinds(),
        "today": today,
        "works": viewer.may(Right.WORK_CASES),
    }
    return page_for(request, viewer, "facilities.html", notice=notice, data=data)


def _work(request: Request, service: CurrentService, viewer: Viewer, name: str) -> Response:
    with open_reading(service, sight=viewer.sight(Right.WORK_CASES)) as reading:
        called = departments(reading.connection)
        content: dict[str, Any] = {
            "notice": reading.notice,
            "grounds": _grounds(reading, viewer),
            "departments": called,
        }
    data = _work_data(service, viewer, called)
    groups = [(code, zh) for code, (zh, _) in GROUPS.items()]
    return page_for(request, viewer, name, data=data, groups=groups, **content)


def _work_data(
    service: CurrentService, viewer: Viewer, called: Sequence[Department]
) -> dict[str, Any]:
    """What the scripts of those who work with cases begin with."""
    return {
        **ground(service),
        **_words(),
        "departments": {one.code: [one.name_zh, one.name_en] for one in called},
        "department": viewer.department,
        "whistles": viewer.may(Right.WHISTLE),
        "places": viewer.may(Right.SEE_PLACES),
    }


def _kinds() -> dict[str, list[str]]:
    return {one.code: [one.zh, one.en] for one in FACILITY_KINDS.values()}


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
