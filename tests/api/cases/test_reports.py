"""Residents report without an account, and follow their report by its code."""

from __future__ import annotations

import io
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from PIL import Image
from sqlalchemy import Engine, delete, select
from starlette.testclient import TestClient

from gisgrid.store.cases import once
from gisgrid.store.tables import case_file, case_text, report_key, report_tally
from tests.api.signing import signed_in
from tests.cases.test_pictures import SECRET, SVG, bomb, drawn, located, saved

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


def again(client: TestClient, key: str, **more: Any) -> Any:
    body = {"category": "strung-wires", **at(0.25, 0.25), "description": "又拉线了", **more}
    return client.post("/v1/reports", json=body, headers={"Idempotency-Key": key})


def test_what_is_sent_again_is_taken_once_and_answered_alike(
    client: TestClient, ground: Engine
) -> None:
    key = str(uuid4())
    first = again(client, key)
    assert first.status_code == 201, first.text
    made = first.json()
    step(client, {"number": made["number"], "version": 1}, "accept")
    second = again(client, key)
    assert (second.status_code, second.json()) == (201, made)
    assert read(client, made["code"])["number"] == made["number"]
    other = again(client, str(uuid4())).json()
    assert other["number"] != made["number"] and other["code"] != made["code"]
    with ground.connect() as connection:
        kept = str(connection.execute(select(report_key)).all())
    assert key not in kept and made["code"] not in kept
    changed = again(client, key, description="别的事")
    assert changed.status_code == 422
    assert "another report" in changed.json()["detail"]


def test_of_many_who_send_the_same_at_once_one_makes_a_case(
    client: TestClient, ground: Engine
) -> None:
    key, words = str(uuid4()), f"同时 {uuid4()}"
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda _: again(client, key, description=words), range(6)))
    assert {one.status_code for one in found} == {201}
    assert len({one.text for one in found}) == 1
    with ground.connect() as connection:
        texts = select(case_text.c.case_id).where(case_text.c.description == words)
        assert len(connection.execute(texts).all()) == 1


def test_a_key_is_free_again_where_its_report_was_refused_and_after_a_day(
    client: TestClient, ground: Engine
) -> None:
    key = str(uuid4())
    assert again(client, key, lon=0.0, lat=0.0).status_code == 422
    made = again(client, key).json()
    with ground.begin() as connection:
        made_at = connection.scalar(
            select(report_key.c.made_at).join(case_file).where(case_file.c.number == made["number"])
        )
        assert made_at is not None
        once.expire(connection, made_at + timedelta(hours=23))
    assert again(client, key).json() == made
    with ground.begin() as connection:
        assert once.expire(connection, made_at + timedelta(hours=24)) >= 1
    assert again(client, key).json()["number"] != made["number"]


@pytest.mark.parametrize("key", ["short", "x" * 65, "with blanks in between", ""])
def test_what_cannot_be_a_key_is_refused(client: TestClient, key: str) -> None:
    assert again(client, key).status_code == 422


def test_sending_again_does_not_count_as_another_report(
    guarded: TestClient, ground: Engine
) -> None:
    with ground.begin() as connection:
        connection.execute(delete(report_tally))
    key = str(uuid4())
    assert len({again(guarded, key).json()["code"] for _ in range(5)}) == 1
    assert [again(guarded, str(uuid4())).status_code for _ in range(3)] == [201, 201, 429]
    assert int(again(guarded, str(uuid4())).headers["retry-after"]) > 1


def picture(client: TestClient, code: str, data: bytes, name: str = "x.jpg") -> Any:
    files = {"picture": (name, data, "text/html")}
    return client.post(f"/v1/reports/{code}/pictures", files=files)


def test_a_picture_reaches_the_staff_without_what_its_file_said(client: TestClient) -> None:
    made = report(client)
    assert read(client, made["code"])["pictures"] == 0
    sent = picture(client, made["code"], saved(drawn(), exif=located(6)) + SECRET, "../<b>.html")
    assert (sent.status_code, sent.json()) == (201, {"pictures": 1, "most": 5})
    assert sent.headers["cache-control"] == "no-store"
    (one,) = client.get(f"/v1/cases/{made['number']}/evidence").json()["evidence"]
    assert (one["stage"], one["actor_ref"]) == ("before", "resident")
    got = client.get(f"/v1/cases/{made['number']}/evidence/{one['sha256']}").content
    assert SECRET not in got and not Image.open(io.BytesIO(got)).getexif()
    assert read(client, made["code"])["pictures"] == 1
    # The same once more is one; five others are one too many.
    assert picture(client, made["code"], saved(drawn(), exif=located(6))).json()["pictures"] == 1
    more = [picture(client, made["code"], saved(drawn(20 + 8 * k, 20))) for k in range(5)]
    assert [one.status_code for one in more] == [201] * 4 + [409]
    # Refused before it is read: else this would be no picture.
    assert picture(client, made["code"], b"no picture").status_code == 409
    close(client, made["number"], "已拆除")
    assert picture(client, made["code"], saved(drawn())).status_code == 409


def test_what_has_no_room_is_refused_before_it_is_read(client: TestClient) -> None:
    kept, gone, full = (report(client) for _ in range(3))
    step(client, {"number": gone["number"], "version": 1}, "merge", about=kept["number"])
    refused = picture(client, gone["code"], b"no picture")
    assert refused.status_code == 409
    # Its reporter cannot open it again.
    assert "part of another" in refused.json()["detail"]
    assert "open it again" not in refused.text
    for shade in range(10):
        files = {"picture": ("x.png", saved(drawn(20 + 8 * shade, 20)), "image/png")}
        path = f"/v1/cases/{full['number']}/evidence"
        assert client.post(path, data={"stage": "before"}, files=files).status_code == 201
    assert picture(client, full["code"], b"no picture").status_code == 409
    assert picture(client, kept["code"], b"no picture").status_code == 422


def test_hostile_files_and_strangers_send_no_picture(client: TestClient) -> None:
    code = report(client)["code"]
    for data, wanted in ((SVG, 422), (b"", 422), (saved(drawn())[:-400], 422), (bomb(12_000), 413)):
        assert picture(client, code, data).status_code == wanted
    assert picture(client, "x", saved(drawn())).status_code == 404
    assert read(client, code)["pictures"] == 0


def test_a_picture_of_a_tip_is_as_hidden_as_the_tip(guarded: TestClient, ground: Engine) -> None:
    with ground.begin() as connection:
        connection.execute(delete(report_tally))
    tip = report(guarded, category="gaming-room-tip")
    assert picture(guarded, tip["code"], saved(drawn())).status_code == 201
    path = f"/v1/cases/{tip['number']}/evidence"
    seen = [
        guarded.get(path, headers=signed_in(None, ground, role, whole=True)).status_code
        for role in ("officer", "chief")
    ]
    assert seen == [200, 404]
