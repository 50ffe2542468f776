"""The clothes-line story over HTTP, and who may tell it."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.towns import SIDE, SOUTH, WEST

from .conftest import Headers

MATTER = {
    "subject": "小区晾晒",
    "place": "居委会",
    "attendees": [{"department": "chengguan"}, {"department": "fangban"}, {"role": "居民代表"}],
}
OFFICES = {"police_station": "马陆派出所", "justice_office": "马陆司法所", "law_firm": "某律所"}


def post(client: TestClient, path: str, headers: Headers, wanted: int = 200, **body: Any) -> Any:
    answer = client.post(path, json=body, headers=headers)
    assert answer.status_code == wanted, answer.text
    return answer.json()


def test_the_clothes_line(served: TestClient, chief: Headers, member: Headers, number: str) -> None:
    base = f"/v1/cases/{number}/deliberations"
    made = post(served, base, chief, 201, **MATTER)
    one = f"{base}/{made['id']}"
    post(served, f"{one}/entries", member, 201, kind="ruling", words="违规", department="chengguan")
    advice = {"kind": "funding-advice", "words": "维修资金", "department": "fangban"}
    post(served, f"{one}/entries", member, 201, **advice)
    poll = {"question": "建公共晾晒区?", "households": 420, "options": ["同意", "不同意"]}
    post(served, f"{one}/poll", chief, **poll, reason="业委会正在筹建")
    post(served, f"{one}/votes", chief, votes={"同意": 300, "不同意": 20})
    post(served, f"{one}/held", chief)
    kind = {"kind": "drying-area", "name": "共享晾晒区", "upkeep_every_days": 90}
    done = post(served, f"{one}/outcome", chief, outcome="建公共晾晒区", facility=kind)
    assert (done["state"], done["poll"]["options"][0]["votes"]) == ("closed", 300)
    assert [entry["department"] for entry in done["entries"]] == ["chengguan", "fangban"]
    assert served.get(base, headers=member).json()["deliberations"][0]["outcome"] == "建公共晾晒区"
    place = served.get(f"/v1/facilities/{done['facility']}", headers=member).json()
    assert (place["kind"], place["grid"], place["upkeep"]) == ("drying-area", "A1U1M1", [])
    history = served.get(f"/v1/cases/{number}/history", headers=member).json()["events"]
    assert [event["about"] for event in history[1:]] == [f"deliberation:{made['id']}"] * 2
    assert history[-1]["reason"] == "一事一议结果：建公共晾晒区"


def test_a_member_may_speak_and_not_convene(
    served: TestClient, chief: Headers, member: Headers, number: str
) -> None:
    base = f"/v1/cases/{number}/deliberations"
    post(served, base, member, 403, **MATTER)
    one = f"{base}/{post(served, base, chief, 201, **MATTER)['id']}"
    post(served, f"{one}/held", member, 403)
    post(served, f"{one}/entries", member, 201, kind="opinion", words="赞成")


@pytest.mark.parametrize("what", ["deliberations", "mediations", "evidence"])
def test_elsewhere_a_case_is_one_that_does_not_exist(
    served: TestClient, chief: Headers, stranger: Headers, number: str, what: str
) -> None:
    if what != "evidence":
        body = MATTER if what == "deliberations" else OFFICES
        made = post(served, f"/v1/cases/{number}/{what}", chief, 201, **body)["id"]
        paths = [("POST", f"{what}/{made}/outcome", {"outcome": "withdrawn"}), ("POST", what, body)]
    else:
        paths = [("GET", "evidence/1", None), ("DELETE", "evidence/1", None)]
    for method, path, body in [("GET", what, None), *paths]:
        said = []
        for asked in (number, "JD20200101-0001"):
            address = f"/v1/cases/{asked}/{path}"
            answer = served.request(method, address, json=body, headers=stranger)
            assert answer.status_code == 404
            said.append(answer.text.replace(asked, "…"))
            assert served.request(method, address, json=body).status_code == 401
        assert said[0] == said[1]


def test_three_offices_mediate(served: TestClient, chief: Headers, number: str) -> None:
    base = f"/v1/cases/{number}/mediations"
    made = post(served, base, chief, 201, **OFFICES)
    one = f"{base}/{made['id']}"
    post(served, base, chief, 409, **OFFICES)
    post(served, f"{one}/outcome", chief, 422, outcome="agreed")
    post(served, f"{one}/sessions", chief, 201, place="司法所")
    post(served, f"{one}/sessions", chief, 422, held_at="2126-01-01T09:00:00+08:00")
    done = post(served, f"{one}/outcome", chief, outcome="agreed", agreement_sha256="a" * 64)
    assert (done["state"], len(done["sessions"])) == ("agreed", 1)
    (listed,) = served.get(base, headers=chief).json()["mediations"]
    assert listed == {name: value for name, value in done.items() if name != "revision"}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {**MATTER, "attendees": []},
        {**MATTER, "attendees": [{}]},
        {**MATTER, "subject": "  "},
        {**MATTER, "subject": "x\x00"},
        {**MATTER, "names": ["王"]},
    ],
)
def test_what_does_not_fit_is_refused(
    served: TestClient, chief: Headers, number: str, body: dict[str, Any]
) -> None:
    post(served, f"/v1/cases/{number}/deliberations", chief, 422, **body)


def test_a_closed_place_is_watched_and_a_relapse_linked(
    served: TestClient, member: Headers, stranger: Headers
) -> None:
    place = {"lon": WEST + 0.9 * SIDE, "lat": SOUTH + 0.9 * SIDE}
    new = {"category": "blocked-fire-lane", **place}
    first = post(served, "/v1/cases", member, 201, **new)
    path = f"/v1/cases/{first['number']}/close-on-spot"
    post(served, path, member, version=first["version"], reason="车已移走")
    (seen,) = served.get("/v1/relapse-watch?grid=A1U1M1", headers=member).json()["watched"]
    assert seen["case"]["number"] == first["number"] and seen["until"] > seen["case"]["closed_at"]
    assert served.get("/v1/relapse-watch", headers=stranger).json()["watched"] == []
    assert post(served, "/v1/cases", member, 201, **new)["relapse_of"] == first["number"]
