"""The clothes line of 洪德四坊: a quarrel becomes a shared drying area."""

from __future__ import annotations

from .conftest import District

UNIT = "310114106046"
AREA = "310114106"


def test_from_a_cut_line_to_a_drying_area(jiading: District) -> None:
    micro = f"{UNIT}001"
    lon, lat = jiading.place(micro)
    member = jiading.person("member", micro)
    chief = jiading.person("chief", UNIT)
    police = jiading.person("officer", police=jiading.police_area(micro), department="police")
    rules = jiading.person("member", AREA, department="chengguan")
    money = jiading.person("member", AREA, department="housing")

    # Somebody cut a neighbour's line on the greenery: both sides are out in the yard. The
    # neighbour reports it by telephone, too, and gets a code.
    neighbour = jiading.resident.post(
        "/v1/reports",
        201,
        category="dispute",
        lon=lon,
        lat=lat,
        description="绿化带上的晾衣绳被剪断，双方在楼下争吵",
        telephone="13800001234",
        name="王小明",
    )
    number, code = neighbour["number"], neighbour["code"]
    seen = member.get("/v1/cases", grid=micro, category="dispute", open=True)["cases"]
    assert number in [case["number"] for case in seen]
    assert seen[0]["grids"][2]["code"] == micro
    assert member.get(f"/v1/cases/{number}")["reporter"] == {
        "name": "王**",
        "telephone": "138****1234",
    }

    # The member takes it, the chief whistles: the police at once, then those who know the rules.
    member.step(number, "accept")
    case = chief.get(f"/v1/cases/{number}")
    called = chief.post(
        f"/v1/cases/{number}/calls",
        version=case["version"],
        departments=["police"],
        lead="police",
        urgent=True,
    )
    assert called["stage"] == "dispatched"
    waiting = jiading.resident.get(f"/v1/reports/{code}")["blocker"]
    assert [one["code"] for one in waiting["departments"]] == ["police"]
    police.post(f"/v1/cases/{number}/calls/police/report-in")
    case = chief.get(f"/v1/cases/{number}")
    chief.post(
        f"/v1/cases/{number}/calls",
        version=case["version"],
        departments=["chengguan", "housing"],
    )
    rules.post(f"/v1/cases/{number}/calls/chengguan/report-in")
    money.post(f"/v1/cases/{number}/calls/housing/report-in")

    # One matter, one meeting. The owners' committee is still being formed: residents are polled.
    begun = f"/v1/cases/{number}/deliberations"
    meeting = chief.post(
        begun,
        201,
        subject="绿化带晾晒",
        place="洪德四坊居委会",
        attendees=[
            {"department": "chengguan"},
            {"department": "housing"},
            {"department": "police"},
            {"role": "居民代表"},
        ],
    )
    path = f"{begun}/{meeting['id']}"
    rules.post(f"{path}/entries", 201, kind="ruling", words="绿化带内拉绳晾晒不合规定")
    money.post(f"{path}/entries", 201, kind="funding-advice", words="可申请维修资金")
    chief.post(
        f"{path}/poll",
        question="是否建共享晾晒区",
        reason="业委会组建中",
        households=360,
        options=["建", "不建"],
    )
    chief.post(f"{path}/votes", votes={"建": 301, "不建": 22})
    chief.post(f"{path}/held")
    ended = chief.post(
        f"{path}/outcome",
        outcome="建共享晾晒区，由居委管理",
        facility={"kind": "drying-area", "name": "洪德四坊晾晒区", "upkeep_every_days": 90},
    )
    assert ended["state"] == "closed"
    facility = member.get(f"/v1/facilities/{ended['facility']}")
    assert (facility["kind"], facility["grid"]) == ("drying-area", micro)

    # Built, looked at, closed; and the neighbour can read all of it, and says what they think.
    police.step(number, "begin")
    police.step(number, "feedback", reason="共享晾晒区已建成")
    member.step(number, "verify")
    chief.step(number, "close", reason="双方和解，晾晒区启用")
    told = jiading.resident.get(f"/v1/reports/{code}")
    assert told["stage"] == "closed" and told["blocker"] is None
    actions = [step["action"] for step in told["steps"]]
    assert actions[0] == "report" and actions[-1] == "close"
    offices = {one["code"] for step in told["steps"] for one in step["departments"]}
    assert {"police", "chengguan", "housing"} <= offices
    assert "双方和解" in told["steps"][-1]["words"]
    assert "王小明" not in str(told) and "account:" not in str(told)
    rated = jiading.resident.post(f"/v1/reports/{code}/rating", rating=5, words="谢谢")
    assert rated["rating"] == 5
