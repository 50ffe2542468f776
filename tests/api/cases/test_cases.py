"""Cases over HTTP: told, listed, taken from step to step, in one's scope only."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from sqlalchemy import Engine, select, update
from starlette.testclient import TestClient

from api.cases.models import (
    CaseDetail,
    CaseList,
    CategoryList,
    DuplicateList,
    EventList,
    ReporterDocument,
    StageTable,
)
from api.reports.models import ReportDocument
from gisgrid.cases.categories import categories
from gisgrid.cases.stages import STEPS
from gisgrid.store.tables import audit_event, case_file
from tests.api.signing import signed_in

from .steps import at, step, tell

WANG = {"name": "王小明", "telephone": "13812341234"}


def test_a_case_is_told_owned_and_closed(client: TestClient) -> None:
    case = tell(client, description="<b>摊</b>", reporter=WANG)
    assert [one["code"] for one in case["grids"]] == ["101", "101001", "101001001", "P1"]
    assert (case["stage"], case["version"], case["description"]) == ("reported", 1, "<b>摊</b>")
    for action, more in (
        ("accept", {}),
        ("begin", {}),
        ("feedback", {"reason": "已劝离"}),
        ("verify", {}),
        ("close", {}),
    ):
        assert action in case["actions"]
        case = step(client, case, action, **more)
    assert (case["stage"], case["stage_zh"], case["open"]) == ("closed", "已结案", False)
    assert client.get(f"/v1/cases/{case['number']}").json() == case | {"revision": case["revision"]}
    events = client.get(f"/v1/cases/{case['number']}/history").json()["events"]
    told = [(one["action"], one["zh"], one["after"]) for one in events]
    assert told[0] == ("report", "上报", "reported")
    assert told[3] == ("feedback", STEPS["feedback"].zh, "feedback")
    assert [one["version"] for one in events] == [1, 2, 3, 4, 5, 6]
    assert events[3]["reason"] == "已劝离"


def test_who_told_is_masked_until_somebody_looks_and_that_is_noted(
    client: TestClient, ground: Engine
) -> None:
    case = tell(client, reporter=WANG)
    assert case["reporter"] == {"name": "王**", "telephone": "138****1234"}
    listed = client.get("/v1/cases", params={"q": case["number"]}).text
    assert "王" not in listed
    assert "1381" not in listed
    looked = client.get(f"/v1/cases/{case['number']}/reporter")
    assert looked.json()["fields"] == WANG
    with ground.connect() as connection:
        last = select(audit_event.c.action, audit_event.c.actor_ref)
        found = connection.execute(last.order_by(audit_event.c.id.desc()).limit(2)).all()
    assert ("personal.look", "demo") in [tuple(row) for row in found]
    unnamed = tell(client)
    assert unnamed["reporter"] is None
    assert client.get(f"/v1/cases/{unnamed['number']}/reporter").status_code == 404


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"category": "unheard-of"}, 404, "no such category"),
        ({"lon": 0.0, "lat": 0.0}, 422, "outside all grids"),
        ({"lon": None}, 422, "say where it is"),
        ({"lon": None, "lat": None, "address": "天边"}, 422, "address"),
        ({"crs": "EPSG:0"}, 422, "EPSG:0"),
        ({"description": "a\x00"}, 422, "NUL"),
        ({"severity": 4}, 422, "severity"),
        ({"reported_at": "2026-11-23T09:00:00"}, 422, "reported_at"),
        ({"reported_at": "2199-01-01T00:00:00Z"}, 422, "past"),
        ({"colour": "red"}, 422, "no such parameter"),
    ],
)
def test_what_cannot_be_a_case_is_refused(
    client: TestClient, changes: dict[str, object], status: int, words: str
) -> None:
    body = {"category": "unlicensed-stall", **at(0.25, 0.25), **changes}
    answer = client.post("/v1/cases", json=body)
    assert answer.status_code == status
    assert words in answer.text


def test_coordinates_of_phones_are_converted_and_that_is_noted(
    client: TestClient, ground: Engine
) -> None:
    lon, lat = at(1.5, 0.5).values()
    moved = tell(client, 1.5, 0.5, crs="gcj02")
    with ground.connect() as connection:
        noted = connection.scalars(select(audit_event.c.action)).all()
    assert noted.count("crs.gcj02") == 1
    assert 0.003 < abs(lon - moved["lon"]) < 0.006
    assert 0.001 < abs(lat - moved["lat"]) < 0.003


def test_the_same_of_one_source_is_taken_once(client: TestClient) -> None:
    told = tell(client, source="police_call", source_id="110-1")
    again = tell(client, source="police_call", source_id="110-1", status=409)
    assert "on record already" in again["detail"]
    # Another source has names of its own, and none can take the name of a case.
    assert tell(client, source="hotline", source_id="110-1")["number"] != told["number"]
    assert tell(client, source_id=f"case:{told['number']}")["number"] != told["number"]


def test_of_two_at_once_one_wins(client: TestClient) -> None:
    case = tell(client)
    step(client, case, "accept")
    assert "version 2" in step(client, case, "refuse", reason="不在辖区", status=412)["detail"]


def test_steps_out_of_turn_without_a_reason_or_unheard_of(client: TestClient) -> None:
    case = tell(client)
    step(client, case, "close", status=409)
    assert "needs a reason" in step(client, case, "refuse", status=422)["detail"]
    assert "no such action" in step(client, case, "vanish", status=404)["detail"]
    assert "reporter's own" in step(client, case, "rate", about="5", status=403)["detail"]
    answer = client.post(f"/v1/cases/{case['number']}/accept", json={})
    assert (answer.status_code, "version" in answer.text) == (422, True)


def test_departments_are_called_report_in_and_hand_over(client: TestClient) -> None:
    case = step(client, tell(client), "accept")
    path = f"/v1/cases/{case['number']}/calls"
    body = {"version": case["version"], "departments": ["cg", "fb"], "lead": "fb", "urgent": True}
    called = client.post(path, json=body).json()
    assert (called["stage"], called["lead_department"]) == ("dispatched", "fb")
    assert [(one["department"], one["role"]) for one in called["calls"]] == [
        ("fb", "lead"),
        ("cg", "helper"),
    ]
    assert called["calls"][0]["clock"] == "urgent-hours 2"

    def part(department: str, action: str, status: int = 200, **more: object) -> dict:
        answer = client.post(f"{path}/{department}/{action}", json=more)
        assert answer.status_code == status, answer.text
        return answer.json()

    assert part("fb", "report-in")["calls"][0]["reported_in_at"] is not None
    part("sf", "report-in", 404)
    part("sf", "join")
    part("fb", "leave", 409, reason="不归我们")
    assert part("cg", "hand-lead")["lead_department"] == "cg"
    left = part("fb", "leave", reason="不归我们")
    assert [one["department"] for one in left["calls"] if one["left_at"]] == ["fb"]
    part("cg", "accept", 404)
    part("nobody", "join", 404)
    again = client.post(path, json={"version": left["version"], "departments": ["cg"]})
    assert again.status_code == 409
    listed = client.get("/v1/cases", params={"department": "sf"}).json()["cases"]
    assert [one["number"] for one in listed] == [case["number"]]


def test_likely_duplicates_are_offered_and_merged_by_hand(client: TestClient) -> None:
    first, second = (tell(client, 1.25, 0.25, category="littering") for _ in range(2))
    path = f"/v1/cases/{second['number']}/duplicates"
    (one,) = client.get(path).json()["duplicates"]
    assert (one["case"]["number"], one["distance_m"]) == (first["number"], 0.0)
    assert 0.5 < one["likeness"] <= 1
    merged = step(client, second, "merge", about=first["number"])
    assert (merged["stage"], merged["merged_into"]) == ("merged", first["number"])


def test_lists_are_narrowed_ordered_and_turned_page_by_page(client: TestClient) -> None:
    numbers = [tell(client, 0.75, 0.25, category="repair")["number"] for _ in range(5)]

    def listed(**query: object) -> list[str]:
        answer = client.get("/v1/cases", params=query)
        assert answer.status_code == 200, answer.text
        return [one["number"] for one in answer.json()["cases"]]

    assert listed(category="repair") == numbers[::-1]
    by_due = client.get("/v1/cases", params={"category": "repair", "order": "due"}).json()["cases"]
    assert {one["number"] for one in by_due} == set(numbers)
    # Those told outside working hours are due at the same moment.
    assert by_due == sorted(by_due, key=lambda one: (one["due_at"], one["number"]))
    assert listed(group="service", grid="101001002", stage="reported", open=True) == numbers[::-1]
    assert listed(category="repair", grid="102") == []
    assert listed(category="repair", overdue=True) == []
    assert listed(category="repair", since="2199-01-01") == []
    assert listed(category="repair", bbox="121.2,31.3,121.2001,31.3001") == []
    assert listed(q=numbers[2]) == [numbers[2]]
    assert listed(category="repair", unanswered=True) == []
    seen, following = [], "/v1/cases?category=repair&limit=2"
    while following:
        page = client.get(following).json()
        seen += [one["number"] for one in page["cases"]]
        following = page["next"]
    assert seen == numbers[::-1]
    for wrong in ({"grid": "999"}, {"category": "unheard-of"}):
        assert client.get("/v1/cases", params=wrong).status_code == 404
    for wrong in ({"after": "x"}, {"bbox": "1,2"}, {"stage": "lost"}, {"since": "soon"}):
        assert client.get("/v1/cases", params=wrong).status_code == 422


def test_who_has_heard_nothing_for_too_long_is_found(client: TestClient, ground: Engine) -> None:
    number = tell(client, category="request", source="hotline")["number"]
    tell(client, category="request", source="hotline")
    with ground.begin() as connection:
        long_ago = datetime.now(UTC) - timedelta(days=30)
        one = update(case_file).where(case_file.c.number == number)
        connection.execute(one.values(heard_at=long_ago))
    query = {"category": "request", "unanswered": True}
    found = client.get("/v1/cases", params=query).json()["cases"]
    assert [one["number"] for one in found] == [number]


def test_an_unchanged_case_is_not_sent_again(client: TestClient) -> None:
    path = f"/v1/cases/{tell(client)['number']}"
    tag = client.get(path).headers["etag"]
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 304
    assert "private" in client.get(path).headers["cache-control"]


def test_the_tables_behind_cases_are_served(client: TestClient) -> None:
    listed = client.get("/v1/categories").json()["categories"]
    assert [one["code"] for one in listed] == list(categories())
    table = client.get("/v1/stages").json()
    assert [one["action"] for one in table["steps"]] == list(STEPS)
    assert {one["stage"] for one in table["stages"] if one["open"]} == {
        *("reported", "accepted", "dispatched", "in-progress", "feedback", "verified")
    }
    assert [one["allowed"] for one in table["steps"] if one["right"] is None] == [False]


def test_a_case_outside_ones_scope_is_as_one_that_is_not(
    client: TestClient, guarded: TestClient, ground: Engine
) -> None:
    here = tell(client, 0.25, 0.25)
    there = tell(client, 1.25, 1.25, description="外冈的事")
    member = signed_in(None, ground, "member", grids=["101"])
    seen = guarded.get("/v1/cases", params={"limit": 1000}, headers=member).json()["cases"]
    assert {one["grids"][0]["code"] for one in seen} == {"101"}
    assert guarded.get(f"/v1/cases/{here['number']}", headers=member).status_code == 200
    body = {"version": 1, "reason": "x", "about": here["number"]}
    for method, path in (
        ("GET", "{}"),
        ("GET", "{}/history"),
        ("GET", "{}/duplicates"),
        ("POST", "{}/accept"),
        ("POST", "{}/calls/cg/join"),
    ):
        answers = []
        for number in (there["number"], "JD20200101-0000"):
            url = "/v1/cases/" + path.format(number)
            sent = {k: body[k] for k in ("version", "reason")} if method == "POST" else None
            got = guarded.request(method, url, json=sent, headers=member)
            answers.append((got.status_code, got.text.replace(number, "N")))
        assert answers[0] == answers[1]
        assert answers[0][0] == 404
    merged = step(guarded, here, "merge", about=there["number"], status=404, headers=member)
    assert "no such case" in merged["detail"]


def test_each_step_asks_for_its_right(
    client: TestClient, guarded: TestClient, ground: Engine
) -> None:
    case = tell(client)
    url = f"/v1/cases/{case['number']}"
    assert guarded.get(url).status_code == 401
    assert guarded.get(url, headers={"Authorization": "Bearer gg_no"}).status_code == 401
    client_key = signed_in(None, ground, "client", whole=True)
    assert guarded.get(url, headers=client_key).status_code == 403
    tell(guarded, status=403, headers=client_key)
    member = signed_in(None, ground, "member", whole=True)
    case = step(guarded, case, "accept", headers=member)
    assert "dispatch" not in case["actions"]
    step(guarded, case, "dispatch", about="cg", status=403, headers=member)
    called = guarded.post(
        f"{url}/calls", json={"version": case["version"], "departments": ["cg"]}, headers=member
    )
    assert called.status_code == 403
    assert guarded.get(f"{url}/reporter", headers=member).status_code == 403
    chief = signed_in(None, ground, "chief", grids=["101001"])
    assert step(guarded, case, "dispatch", about="cg", headers=chief)["stage"] == "dispatched"


def test_a_department_sees_the_cases_that_it_is_called_to_and_acts_for_itself(
    client: TestClient, guarded: TestClient, ground: Engine
) -> None:
    case = step(client, tell(client, 1.75, 1.25), "accept")
    member = signed_in(None, ground, "member", grids=["101"], department="sc")
    url = f"/v1/cases/{case['number']}"
    assert guarded.get(url, headers=member).status_code == 404
    client.post(f"{url}/calls", json={"version": 2, "departments": ["sc", "sf"]})
    assert guarded.get(url, headers=member).status_code == 200
    other = guarded.post(f"{url}/calls/sf/report-in", json={}, headers=member)
    assert other.status_code == 403
    own = guarded.post(f"{url}/calls/sc/report-in", json={}, headers=member)
    assert own.status_code == 200


def test_tips_are_for_those_who_may_see_them(
    client: TestClient, guarded: TestClient, ground: Engine
) -> None:
    # Even the demo's visitor has every role, so the tip is told by an officer.
    officer = signed_in(None, ground, "officer", whole=True)
    tip = tell(guarded, category="security-tip", source="tip", headers=officer, reporter=WANG)
    assert tip["confidential"] is True
    url = f"/v1/cases/{tip['number']}"
    assert guarded.get(url, headers=officer).json()["reporter"]["name"] == "王**"
    chief = signed_in(None, ground, "chief", whole=True)
    for path in (url, f"{url}/history", f"{url}/reporter"):
        assert guarded.get(path, headers=chief).status_code == 404
    assert tip["number"] not in guarded.get("/v1/cases?limit=1000", headers=chief).text


def test_a_merged_case_names_no_case_that_may_not_be_seen(
    client: TestClient, guarded: TestClient, ground: Engine
) -> None:
    officer = signed_in(None, ground, "officer", whole=True)
    member = signed_in(None, ground, "member", grids=["101"])
    tip = tell(guarded, category="security-tip", source="tip", headers=officer)
    body = {"category": "littering", **at(0.25, 0.25)}
    report = client.post("/v1/reports", json=body).json()
    url = f"/v1/cases/{report['number']}"
    step(guarded, {**report, "version": 1}, "merge", about=tip["number"], headers=officer)
    for path in (url, f"{url}/history"):
        assert tip["number"] in guarded.get(path, headers=officer).text
        seen = guarded.get(path, headers=member)
        assert seen.status_code == 200 and tip["number"] not in seen.text
    told = guarded.get(f"/v1/reports/{report['code']}").json()
    assert (told["stage"], told["merged_into"], told["blocker"]) == ("merged", None, None)


def test_a_name_of_a_tip_tells_nobody_of_the_tip_who_may_not_see_it(
    guarded: TestClient, ground: Engine
) -> None:
    officer = signed_in(None, ground, "officer", whole=True)
    member = signed_in(None, ground, "member", whole=True)
    tip: dict[str, Any] = {"category": "security-tip", "source": "tip"}
    tell(guarded, **tip, source_id="T-77", headers=officer)
    tell(guarded, **tip, source_id="T-77", status=409, headers=officer)
    taken, free = (
        tell(guarded, **tip, source_id=one, status=403, headers=member) for one in ("T-77", "T-78")
    )
    assert taken == free
    tell(guarded, **tip, headers=member)
    lon, lat = at(0.25, 0.25).values()
    for headers, status in ((member, 403), (officer, 200)):
        answer = guarded.post(
            "/v1/cases/import",
            params={"source": "tip"},
            content=f"id,category,lon,lat\nT-77,security-tip,{lon},{lat}\n".encode(),
            headers={"Content-Type": "text/csv", **headers},
        )
        assert answer.status_code == status, answer.text


def test_answers_hold_what_the_document_says_and_no_more(client: TestClient) -> None:
    body = {"category": "strung-wires", **at(0.6, 0.6), "name": "张大爷"}
    made = client.post("/v1/reports", json=body).json()
    number, code = made["number"], made["code"]
    second = client.post("/v1/reports", json=body).json()
    client.post(f"/v1/cases/{number}/accept", json={"version": 1})
    call = {"version": 2, "departments": ["cg"]}
    client.post(f"/v1/cases/{number}/calls", json=call)
    client.post(f"/v1/cases/{second['number']}/merge", json={"version": 1, "about": number})
    for model, url in (
        (CaseList, f"/v1/cases?q={number}"),
        (CaseDetail, f"/v1/cases/{number}"),
        (CaseDetail, f"/v1/cases/{second['number']}"),
        (EventList, f"/v1/cases/{number}/history"),
        (DuplicateList, f"/v1/cases/{second['number']}/duplicates"),
        (ReporterDocument, f"/v1/cases/{number}/reporter"),
        (CategoryList, "/v1/categories"),
        (StageTable, "/v1/stages"),
        (ReportDocument, f"/v1/reports/{code}"),
        (ReportDocument, f"/v1/reports/{second['code']}"),
    ):
        answer = client.get(url)
        assert answer.status_code == 200, url
        schema = closed(model.model_json_schema(mode="serialization"))
        Draft202012Validator(schema).validate(answer.json())


def closed(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of a document whose objects take no field that it does not name."""
    models = {name: _sealed(one) for name, one in schema.get("$defs", {}).items()}
    return {**_sealed(schema), "$defs": models}


def _sealed(one: dict[str, Any]) -> dict[str, Any]:
    return {**one, "additionalProperties": False} if "properties" in one else one
