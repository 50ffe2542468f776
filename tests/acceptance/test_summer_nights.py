"""Summer nights: police calls near barbecue stalls send patrols there, who solve on the spot."""

from __future__ import annotations

from typing import Any

from .conftest import District


def test_from_police_calls_to_patrols_to_solved_in_place(jiading: District) -> None:
    micro = jiading.codes("micro", "310114106")[20]
    area = jiading.police_area(micro)
    officer = jiading.person("officer", police=area, department="police")
    dispatcher = jiading.person("chief", whole=True)

    # The calls of a week come as a file, each at a stall, late; one row cannot be used.
    stall = jiading.place(micro)
    rows = ["id,lon,lat,category,reported_at,description"]
    rows += [
        f"JQ{day}{call},{stall[0] + call * 1e-5:.6f},{stall[1]:.6f},night-stall,"
        f"2026-07-{day:02d}T22:{call}5:00+08:00,烧烤摊夜间扰序"
        for day in range(10, 17)
        for call in range(5)
    ]
    rows.append("JQbad,0,0,night-stall,2026-07-10T22:00:00+08:00,")
    taken = dispatcher.ask(
        "POST",
        "/v1/cases/import?source=police_call",
        content="\n".join(rows).encode(),
        headers={"Content-Type": "text/csv"},
    )
    assert (taken["taken"], taken["rejected"]) == (35, 1)
    (reject,) = taken["rejects"]
    assert (reject["row"], "outside" in reject["reason"]) == (36, True)

    # The hot spot is there, and tonight's patrol goes to it.
    week = {"grid": micro, "since": "2026-07-10", "until": "2026-07-18"}
    summary = officer.get("/v1/hazards/summary", **week)
    assert (summary["total"], summary["hours"][22]) == (35, 35)
    plan = officer.post(
        "/v1/patrols/plans",
        201,
        shift="20:00-24:00",
        officers=1,
        officer_hours=4,
        date="2026-07-17",
    )
    near = [stop for stop in plan["stops"] if _metres(stop, stall) < 300]
    assert near, plan["stops"]
    path = f"/v1/patrols/plans/{plan['plan']['id']}/visits"
    officer.post(path, 201, stop=near[0]["id"], visited_at="2026-07-17T22:10:00+08:00")

    # What the patrol finds it reports and solves before anybody calls.
    before = measured(officer)
    found = officer.post(
        "/v1/cases",
        201,
        category="night-stall",
        lon=stall[0],
        lat=stall[1],
        description="烧烤摊扰序，当场劝离",
    )
    officer.step(found["number"], "close-on-spot", reason="摊主收摊，人群散去")
    after = measured(officer)
    assert after["found_first"] == before["found_first"] + 1
    assert after["solved_in_place"] == before["solved_in_place"] + 1


def measured(viewer: Any) -> dict[str, Any]:
    """The figures of today in one's scope."""
    found: dict[str, Any] = viewer.get("/v1/measures", by="grid", level="police")["total"]
    return found


def _metres(stop: dict[str, Any], place: tuple[float, float]) -> float:
    dx, dy = (stop["lon"] - place[0]) * 95_000, (stop["lat"] - place[1]) * 111_000
    return float((dx * dx + dy * dy) ** 0.5)
