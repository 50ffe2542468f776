"""Residents report without an account, and follow their report by its code."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from sqlalchemy import Engine, select
from starlette.testclient import TestClient

from gisgrid.store.tables import case_file
from tests.api.signing import signed_in

from .steps import at, step

ZHANG = {"name": "张大爷", "telephone": "13900001111"}


def report(client: TestClient, *, status: int = 201, **more: Any) -> Any:
    body = {"category": "strung-wires", **at(0.25, 0.25), **more}
    answer = client.post("/v1/reports", json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


def read(client: TestClient, code: str) -> Any:
    answer = client.get(f"/v1/reports/{code}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    return answer.json()


def test_a_report_is_followed_from_stage_to_stage(client: TestClient) -> None:
    made = report(client, description="三楼私拉电线", place="三楼", **ZHANG)
    assert made["link"] == f"/report/{made['code']}"
    told = read(client, made["code"])
    assert (told["stage"], told["stage_zh"], told["open"]) == ("reported", "已上报", True)
    assert (told["blocker"]["waits_for"], told["blocker"]["to"]) == ("grid", "accept")
    assert told["blocker"]["overdue"] is False
    case = step(client, {"number": made["number"], "version": 1}, "accept")
    client.post(
        f"/v1/cases/{made['number']}/calls", json={"version": 2, "departments": ["cg", "fb"]}
    )
    told = read(client, made["code"])
    names = [one["name_zh"] for one in told["blocker"]["departments"]]
    assert names == ["城管", "房办"]
    assert told["blocker"]["to"] == "report-in"
    assert [one["zh"] for one in told["steps"]] == ["上报", "受理", "派遣"]
    assert told["steps"][2]["departments"][0]["name_zh"] == "城管"
    assert case["number"] == told["number"]
    # Neither who reported nor what was written is said again.
    assert not re.search("张|1390000|三楼", str(told))


def close(client: TestClient, number: str, words: str) -> None:
    answer = client.post(f"/v1/cases/{number}/close-on-spot", json={"version": 1, "reason": words})
    assert answer.status_code == 200, answer.text


def test_a_closed_report_is_rated_or_opened_again(client: TestClient) -> None:
    made = report(client)
    url = f"/v1/reports/{made['code']}"
    assert client.post(f"{url}/rating", json={"rating": 5}).status_code == 409
    close(client, made["number"], "电线已拆除")
    told = read(client, made["code"])
    assert told["steps"][-1]["words"] == "电线已拆除"
    assert set(told["actions"]) == {"rate", "reopen"}
    assert told["blocker"] is None
    rated = client.post(f"{url}/rating", json={"rating": 2, "words": "又拉上了"})
    assert rated.json()["rating"] == 2
    assert client.post(f"{url}/rating", json={"rating": 6}).status_code == 422
    assert client.post(f"{url}/reopen", json={"reason": "  "}).status_code == 422
    again = client.post(f"{url}/reopen", json={"reason": "又拉上了"}).json()
    assert (again["stage"], again["open"]) == ("accepted", True)
    events = client.get(f"/v1/cases/{made['number']}/history").json()["events"]
    assert [one["actor"] for one in events] == ["resident", "demo", "resident", "resident"]


def test_a_reason_for_refusing_is_told_and_a_note_is_not(client: TestClient) -> None:
    made = report(client)
    case = step(client, {"number": made["number"], "version": 1}, "note", reason="内部备注")
    step(client, case, "refuse", reason="属物业职责,已转告")
    told = read(client, made["code"])
    assert "内部备注" not in str(told)
    assert told["steps"][-1]["words"] == "属物业职责,已转告"


def test_a_report_that_became_part_of_another_says_how_far_that_is(client: TestClient) -> None:
    kept, gone = report(client), report(client)
    step(client, {"number": gone["number"], "version": 1}, "merge", about=kept["number"])
    told = read(client, gone["code"])
    assert told["stage"] == "merged"
    assert told["merged_into"]["stage"] == "reported"
    assert kept["number"] not in str(told["merged_into"])


def test_a_code_is_long_kept_nowhere_and_nobody_elses(
    client: TestClient, ground: Engine, log: io.StringIO
) -> None:
    made = report(client)
    code = made["code"]
    assert len(code) >= 26
    with ground.connect() as connection:
        row = connection.execute(
            select(case_file).where(case_file.c.number == made["number"])
        ).one()
    assert code not in str(row)
    read(client, code)
    client.post(f"/v1/reports/{code}/reopen", json={"reason": "x"})
    client.app.state.service.log.flush()
    written = log.getvalue()
    assert code not in written
    assert "/v1/reports/***/reopen" in written
    wrong = client.get(f"/v1/reports/{code[:-1]}{'A' if code[-1] != 'A' else 'B'}")
    missing = client.get("/v1/reports/x")
    assert wrong.status_code == missing.status_code == 404
    assert made["number"] not in wrong.text
    # The staff's answers do not hold it either.
    assert code not in client.get(f"/v1/cases/{made['number']}").text


def test_an_error_at_a_report_leaves_its_code_out_of_the_log(
    client: TestClient, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = report(client)["code"]
    monkeypatch.setattr(client.app.state.service, "running", None)
    assert client.get(f"/v1/reports/{code}").status_code == 503
    client.app.state.service.log.flush()
    assert '"status":503' in log.getvalue()
    assert code not in log.getvalue()


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"category": "unheard-of"}, 404),
        ({"lon": 0.0, "lat": 0.0}, 422),
        ({"lon": None, "lat": None}, 422),
        ({"description": "x" * 4001}, 422),
        ({"source": "patrol"}, 422),
        ({"confidential": False}, 422),
    ],
)
def test_what_cannot_be_a_report_is_refused(
    client: TestClient, changes: dict[str, object], status: int
) -> None:
    report(client, status=status, **changes)


def test_outside_the_demo_reporting_is_open_and_bounded(
    guarded: TestClient, ground: Engine
) -> None:
    tip = report(guarded, category="gaming-room-tip", description="地下室", **ZHANG)
    told = read(guarded, tip["code"])
    assert told["stage"] == "reported"
    assert guarded.post(f"/v1/reports/{tip['code']}/rating", json={"rating": 1}).status_code == 409
    assert guarded.get(f"/v1/cases/{tip['number']}").status_code == 401
    officer = signed_in(None, ground, "officer", whole=True)
    seen = guarded.get(f"/v1/cases/{tip['number']}", headers=officer).json()
    assert (seen["source"], seen["confidential"]) == ("tip", True)
    chief = signed_in(None, ground, "chief", whole=True)
    assert guarded.get(f"/v1/cases/{tip['number']}", headers=chief).status_code == 404
    # What was refused does not count.
    report(guarded, lon=0.0, lat=0.0, status=422)
    report(guarded)
    report(guarded)
    assert "more than 3 reports" in report(guarded, status=429)["detail"]
