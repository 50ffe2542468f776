"""白银一坊: 4,600 residents, 4 micro-grids, 12 members; what a resident reports finds its grid."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import shapely

from gisgrid.sample.naming import PILOT

from .conftest import District, Person


def test_a_report_is_in_its_micro_grid_at_once_and_follows_the_border(jiading: District) -> None:
    micros = jiading.codes("micro", PILOT)
    assert len(micros) == 4
    chief = jiading.person("chief", PILOT)
    staffing = chief.get("/v1/staffing", level="micro")
    strength = [(row["code"], row["have"], row["missing"]) for row in staffing["grids"]]
    assert strength == [(micro, 3, 0) for micro in micros]
    here, there, ground = _by_a_border(jiading, micros)
    inner = shapely.point_on_surface(ground)
    lon, lat = inner.x, inner.y
    report = jiading.resident.post(
        "/v1/reports",
        201,
        category="stairwell-clutter",
        lon=lon,
        lat=lat,
        description="楼道堆满纸箱",
    )
    number, code = report["number"], report["code"]
    members = {micro: jiading.person("member", micro) for micro in micros}
    members[here].get(f"/v1/cases/{number}")
    for other in set(micros) - {here}:
        members[other].get(f"/v1/cases/{number}", 404)
    stuck = jiading.resident.get(f"/v1/reports/{code}")
    assert stuck["blocker"]["waits_for"] == "grid" and stuck["blocker"]["to"] == "accept"

    # The border moves over the place: the case is the other micro-grid's from then on.
    planner = jiading.person("planner", whole=True)
    plan = planner.post("/v1/plans", 201, name="边界调整")
    path = f"/v1/plans/{plan['id']}"
    change = {"kind": "move-part", "source": here, "target": there}
    _change(planner, f"{path}/edits", change | {"polygon": shapely.geometry.mapping(ground)})
    _change(planner, f"{path}/publish", None)
    assert members[there].get(f"/v1/cases/{number}")["grids"][2]["code"] == there
    members[here].get(f"/v1/cases/{number}", 404)

    # Solved on the spot, and the resident sees it.
    members[there].step(number, "close-on-spot", reason="楼道已清空")
    told = jiading.resident.get(f"/v1/reports/{code}")
    assert told["stage"] == "closed"
    assert [step["action"] for step in told["steps"]] == ["report", "close-on-spot"]


def _by_a_border(jiading: District, micros: list[str]) -> tuple[str, str, Any]:
    """Two neighbours, and some ground of the first at the middle of their border."""
    for here, there in permutations(micros, 2):
        shape = jiading.shape(here)
        shared = shapely.line_merge(shapely.intersection(shape.boundary, jiading.shape(there)))
        if shared.length > 0.001:
            middle = shapely.get_geometry(shared, 0).interpolate(0.5, normalized=True)
            return here, there, shapely.intersection(shape, middle.buffer(0.0002))
    raise AssertionError("no two of them are neighbours")


def _change(planner: Person, path: str, body: Any) -> None:
    plan = "/".join(path.split("/")[:4])
    found = planner.client.get(plan, headers=planner.headers)
    headers = planner.headers | {"If-Match": found.headers["etag"]}
    answer = planner.client.post(path, json=body, headers=headers)
    assert answer.status_code == 200, answer.text
