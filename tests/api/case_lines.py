"""The lines of cases, of what is done about them, and of residents' reports."""

from __future__ import annotations

from typing import Any, Final

from gisgrid.access import Right
from gisgrid.cases.stages import STEPS

from .lines import NOWHERE, Ask, Door, Line, listed, one

__all__ = ["CASES"]

_WORK, _CALL, _REPORT = Right.WORK_CASES, Right.WHISTLE, Right.REPORT
# Later than any: a step on it is refused, and the case stays as the next line needs it.
_LATE: Final = 2**31 - 1
_NOBODY: Final = "JD20240101-9999"
_NEW: Final = {"category": "littering", "lon": 121.202, "lat": 31.303}
_AWAY: Final = {"category": "littering", "lon": 121.202, "lat": 31.313}


def _case(
    method: str, end: str, right: Right, json: Any = None, rest: str | None = None, **more: Any
) -> Line:
    route = f"/v1/cases/{{number}}{end}"
    return one(method, route, right, "case", json=json, rest=rest, guess=_NOBODY, **more)


def _of_case(
    method: str, thing: str, end: str, right: Right, json: Any = None, named: str = ""
) -> tuple[Line, ...]:
    """A route of something about a case: by a case of others, and by a thing of another case."""
    things, which = {"evidence": ("evidence", "sha256")}.get(thing, (f"{thing}s", "which"))
    route = f"/v1/cases/{{number}}/{things}/{{{which}}}{end}"
    mine, other = (f"{{{named or thing}_{side}}}" for side in ("in", "out"))

    def ask(number: str, one: str, names: str, *, mixed: bool = False) -> Ask:
        path = route.replace("{number}", number).replace(f"{{{which}}}", one)
        return Ask(path, json, names, mixed=mixed)

    ours = ask("{case_in}", mine, mine)
    elsewhere = ask("{case_out}", other, "{case_out}")
    another = ask("{case_in}", other, other, mixed=True)
    # What one role has erased is not there for the next.
    also = (404,) if method == "DELETE" else ()
    return (
        Line(method, route, right, (ours,), (elsewhere,), ask(_NOBODY, other, _NOBODY), also=also),
        Line(
            method, route, right, (ours,), (another,), ask("{case_in}", NOWHERE, NOWHERE), also=also
        ),
    )


def _item_case(word: str) -> Ask:
    return Ask(f"/v1/campaigns/{word}/items/{word}/case", {"category": "littering"}, word)


_PEOPLE: Final = {"attendees": [{"role": "x"}], "subject": "x"}
_OFFICES: Final = {"police_station": "x", "justice_office": "x", "law_firm": "x"}
_FACILITY: Final = {"kind": "drying-area", "lon": 121.202, "lat": 31.303}

_STEPS: Final = tuple(
    _case(
        "POST",
        "/{action}",
        step.right,
        {"version": _LATE, "reason": "x", "about": "x"},
        rest=f"/{step.action}",
    )
    for step in STEPS.values()
    if step.right is not None and step.doers != ("department",) and step.action != "relocate"
)

_ELSEWHERE: Final = {"version": _LATE, "reason": "x", "lon": 121.202, "lat": 31.313}

_WORKS: Final = (
    _case("POST", "/relocate", _CALL, _ELSEWHERE),
    _case("GET", "/deliberations", _WORK, tells="{word_in}"),
    _case("POST", "/deliberations", _CALL, _PEOPLE),
    *_of_case(
        "POST",
        "deliberation",
        "/entries",
        _WORK,
        {"kind": "ruling", "words": "x", "department": "城管"},
    ),
    *_of_case(
        "POST",
        "deliberation",
        "/poll",
        _CALL,
        {"question": "x", "households": 1, "options": ["a", "b"]},
    ),
    *_of_case("POST", "deliberation", "/votes", _CALL, {"votes": {"a": 1, "b": 0}}),
    *_of_case("POST", "deliberation", "/held", _CALL, {}),
    *_of_case("POST", "deliberation", "/outcome", _CALL, {"outcome": "x"}),
    _case("GET", "/mediations", _WORK, tells="{word_in}"),
    _case("POST", "/mediations", _WORK, _OFFICES),
    *_of_case("POST", "mediation", "/sessions", _WORK, {}),
    *_of_case("POST", "mediation", "/outcome", _WORK, {"outcome": "failed"}),
    _case("GET", "/evidence", _WORK),
    _case("POST", "/evidence", _WORK, data={"stage": "before"}, files=True),
    *_of_case("GET", "evidence", "", _WORK),
    *_of_case("DELETE", "evidence", "", _WORK, named="picture"),
    *listed(_WORK, "/v1/relapse-watch"),
    *listed(Right.SEE_PLACES, "/v1/facility-kinds"),
    *listed(Right.SEE_PLACES, "/v1/facilities", tells="{word_in}"),
    one("GET", "/v1/facilities/{id}", Right.SEE_PLACES, "facility", tells="{word_in}"),
    Line(
        "POST",
        "/v1/facilities",
        _WORK,
        (Ask("/v1/facilities", _FACILITY),),
    ),
    one("POST", "/v1/facilities/{id}/upkeep", _WORK, "facility", json={}),
    # Put up for this alone, for it is gone afterwards.
    one("POST", "/v1/facilities/{id}/retire", _WORK, "spare", json={}, also=(404, 409)),
    Line(
        "POST",
        "/v1/campaigns/{code}/items/{item_id}/case",
        _WORK,
        (_item_case("{campaign_in}"),),
        (_item_case("{campaign_out}"),),
        _item_case(NOWHERE),
    ),
)

_REPORTS: Final = (
    Line("POST", "/v1/reports", Door.OPEN, (Ask("/v1/reports", _NEW),)),
    *(
        Line(
            method,
            f"/v1/reports/{{code}}{end}",
            Door.OPEN,
            (Ask(f"/v1/reports/x{end}", json),),
            also=(404,),
        )
        for method, end, json in (
            ("GET", "", None),
            ("POST", "/rating", {"rating": 1}),
            ("POST", "/reopen", {"reason": "x"}),
        )
    ),
    Line(
        "POST",
        "/v1/reports/{code}/pictures",
        Door.OPEN,
        (Ask("/v1/reports/x/pictures", files=True),),
        also=(404,),
    ),
    *listed(Door.OPEN, "/report"),
    Line("GET", "/report/{code}", Door.OPEN, (Ask("/report/x"),), also=(404,)),
)

_OPEN311: Final = "/open311/v2"
_STANDARD: Final = (
    *(
        Line(
            "GET",
            f"{_OPEN311}/services.{{extension}}",
            Door.OPEN,
            (Ask(f"{_OPEN311}/services.{one}"),),
        )
        for one in ("json", "xml")
    ),
    Line(
        "GET",
        f"{_OPEN311}/services/{{service_code}}.{{extension}}",
        Right.RESOLVE,
        (Ask(f"{_OPEN311}/services/littering.json"),),
    ),
    *(
        Line(
            "GET",
            f"{_OPEN311}/requests.{{extension}}",
            _REPORT,
            (Ask(f"{_OPEN311}/requests.{one}"),),
            tells="{case_in}",
        )
        for one in ("json", "xml")
    ),
    Line(
        "POST",
        f"{_OPEN311}/requests.{{extension}}",
        _REPORT,
        (
            Ask(
                f"{_OPEN311}/requests.json",
                data={"service_code": "littering", "lat": "31.303", "long": "121.202"},
            ),
        ),
    ),
    one(
        "GET",
        f"{_OPEN311}/requests/{{service_request_id}}.{{extension}}",
        _REPORT,
        "case",
        rest=".json",
        guess=_NOBODY,
        tells="{case_in}",
    ),
    one(
        "GET",
        f"{_OPEN311}/tokens/{{token}}.{{extension}}",
        _REPORT,
        "case",
        rest=".json",
        guess=_NOBODY,
        also=(404,),
    ),
    Line("GET", "/open311/discovery.{extension}", Right.RESOLVE, (Ask("/open311/discovery.json"),)),
)

CASES: Final = (
    *listed(_WORK, "/v1/cases", "/v1/cases.csv", tells="{word_in}"),
    Line("POST", "/v1/cases/import", _REPORT, also=(415,)),
    Line("POST", "/v1/cases", _REPORT, (Ask("/v1/cases", _NEW),)),
    _case("GET", "", _WORK, tells="{word_in}"),
    _case("GET", "/history", _WORK),
    # Of ours, which became part of theirs.
    Line("GET", "/v1/cases/{number}/history", _WORK, (Ask("/v1/cases/{joined_in}/history"),)),
    Line("GET", "/v1/cases/{number}", _WORK, (Ask("/v1/cases/{joined_in}"),)),
    _case("GET", "/reporter", Right.SEE_PERSONAL, tells="{word_in}"),
    _case("GET", "/duplicates", _WORK),
    _case("POST", "/calls", _CALL, {"version": _LATE, "departments": ["x"]}, also=(404,)),
    *_STEPS,
    _case(
        "POST",
        "/calls/{department}/{action}",
        _WORK,
        {"version": _LATE},
        rest="/calls/x/join",
        also=(404,),
    ),
    *listed(Door.ACCOUNT, "/v1/categories", "/v1/stages"),
    *_WORKS,
    *_REPORTS,
    *_STANDARD,
    *listed(_WORK, "/today", "/board"),
    one("GET", "/cases/{number}", _WORK, "case"),
    *listed(Right.SEE_PLACES, "/facilities"),
)
