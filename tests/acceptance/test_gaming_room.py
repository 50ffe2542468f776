"""A courier's remark leads to an underground gaming room; who made it stays a secret."""

from __future__ import annotations

import re

import pytest

from .conftest import District

TELEPHONE = "13900005678"


def test_from_a_remark_to_the_end_and_nobody_knows_whose(
    jiading: District, capfd: pytest.CaptureFixture[str]
) -> None:
    micro = jiading.codes("micro", "310114103")[0]
    lon, lat = jiading.place(micro)
    area = jiading.police_area(micro)
    member = jiading.person("member", micro)
    officer = jiading.person("officer", police=area, department="police")
    elsewhere = jiading.person("officer", police=_another(jiading, area))

    # He brings parcels to a cellar where many go in at night.
    tip = jiading.resident.post(
        "/v1/reports",
        201,
        category="gaming-room-tip",
        lon=lon,
        lat=lat,
        description="送快递时发现地下室夜间常有多人进出，疑似游戏室",
        name="快递员小刘",
        telephone=TELEPHONE,
    )
    number, code = tip["number"], tip["code"]

    # Only the police of the place know of it; a guess tells nobody anything.
    unknown = member.ask("GET", "/v1/cases/JD20000101-0001", 404)
    hidden = member.ask("GET", f"/v1/cases/{number}", 404)
    assert str(hidden).replace(number, "N") == str(unknown).replace("JD20000101-0001", "N")
    elsewhere.get(f"/v1/cases/{number}", 404)
    assert number not in str(member.get("/v1/cases", limit=1000))
    assert number not in str(member.get("/v1/hazards", limit=1000))
    seen = officer.get(f"/v1/cases/{number}")
    assert seen["confidential"] and TELEPHONE not in str(seen)

    # What comes of it is a case of its own, which says what it came from.
    officer.step(number, "accept")
    officer.step(number, "begin")
    officer.step(number, "feedback", reason="已查实，移交查处")
    found = officer.post(
        "/v1/cases",
        201,
        category="gaming-room",
        lon=lon,
        lat=lat,
        source="courier",
        description="地下室设游戏机十余台",
    )
    assert found["number"] in str(officer.get(f"/v1/cases/{found['number']}"))
    for action in ("accept", "begin"):
        officer.step(found["number"], action)
    officer.step(found["number"], "feedback", reason="设备已拆除")
    for one in (number, found["number"]):
        officer.step(one, "verify")
        officer.step(one, "close", reason="已查处")

    history = officer.get(f"/v1/cases/{number}/history")["events"]
    assert next(event["action"] for event in history) == "report"
    assert [event["action"] for event in history][-1] == "close"
    assert TELEPHONE not in str(history) and "小刘" not in str(history)
    told = jiading.resident.get(f"/v1/reports/{code}")
    assert told["stage"] == "closed"
    assert re.search("游戏机|地下室", str(told["steps"])) is None

    # Who looks at the sender is on record, and the log has neither code nor name.
    fields = officer.get(f"/v1/cases/{number}/reporter")["fields"]
    assert fields["telephone"] == TELEPHONE
    auditor = jiading.person("reviewer", whole=True)
    looked = auditor.get("/v1/audit", limit=1000)
    assert "look" in str(looked) and TELEPHONE not in str(looked)
    out, err = capfd.readouterr()
    assert code not in out + err and TELEPHONE not in out + err and "小刘" not in out + err


def _another(jiading: District, area: str) -> str:
    return next(code for code in jiading.codes("police") if code != area)
