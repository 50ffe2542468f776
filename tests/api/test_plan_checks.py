"""Checks, repairs and knitting of plans over HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import shapely
from starlette.testclient import TestClient

from api.app import create_app
from gisgrid.settings import Settings
from gisgrid.store.engine import make_engine

from .district import square


@pytest.fixture(scope="module")
def client(
    clone: Callable[[str], str], district_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TestClient]:
    """A client over a district with the plans of these tests; none of them publishes anything."""
    engine = make_engine(clone(district_template))
    settings = Settings(home=tmp_path_factory.mktemp("home"), gap_tolerance_m2=5.0)
    with TestClient(
        create_app(settings, engine=engine, demo=True),
        client=("::1", 50_000),
        base_url="http://127.0.0.1",
    ) as made:
        yield made
    engine.dispose()


def begin(client: TestClient) -> str:
    made = client.post("/v1/plans", json={"name": "方案"})
    assert made.status_code == 201, made.text
    return str(made.headers["location"])


def send(client: TestClient, address: str, body: Any = None) -> Any:
    answer = client.post(address, json=body, headers={"If-Match": "*"})
    assert answer.status_code == 200, answer.text
    return answer.json()


def redraw(client: TestClient, plan: str, code: str, shape: Any) -> Any:
    grids = [{"code": code, "shape": shapely.geometry.mapping(shape)}]
    return send(client, f"{plan}/edits", {"kind": "redraw", "grids": grids})


def test_a_plan_is_checked_repaired_and_the_repair_undone(client: TestClient) -> None:
    plan = begin(client)
    clean = client.get(f"{plan}/check").json()
    # Of the record: a quarter of a unit is without a grid, and one reaches over by millimetres.
    assert [one["kind"] for one in clean["findings"]] == ["parent-not-filled"]
    assert clean["tolerances"]["gap_m2"] == 5.0
    assert redraw(client, plan, "101001001", square(0, 0, 0.6, 0.5))["changed"] == ["101001001"]
    found = client.get(f"{plan}/check")
    assert found.headers["cache-control"] == "private, no-cache"
    assert (found.json()["errors"], found.json()["plan"]) == (1, int(plan.rsplit("/", 1)[1]))
    worse = client.get(f"{plan}/check?worsened=true").json()
    (one,) = worse["findings"]
    assert (one["kind"], one["codes"]) == ("overlap", ["101001001", "101001002"])
    assert shapely.geometry.shape(one["geometry"]).area == pytest.approx(
        square(0, 0, 0.1, 0.5).area
    )
    # Wider than the fault: nothing is left of it.
    assert client.get(f"{plan}/check?worsened=true&tolerance=200").json()["findings"] == []
    done = send(client, f"{plan}/repair", {"level": "micro"})
    (level,) = done["levels"]
    assert (level["level"], level["border_moved_m2"]) == ("micro", 0.0)
    assert level["grids"][0]["lost_m2"] == pytest.approx(one["area_m2"], rel=1e-3)
    assert client.get(f"{plan}/check?worsened=true").json()["findings"] == []
    assert send(client, f"{plan}/undo")["kind"] == "redraw"
    assert client.get(f"{plan}/check").json()["errors"] == 1


def test_levels_are_knitted(client: TestClient) -> None:
    plan = begin(client)
    done = send(client, f"{plan}/knit", {"tolerance": 0.01})
    # The one that reaches over its border by a tenth of a millimetre.
    assert (done["kind"], done["changed"]) == ("redraw", ["101001004"])
    assert "101001" in done["touched"]
    again = client.post(f"{plan}/knit", headers={"If-Match": "*"})
    assert again.status_code == 409


@pytest.mark.parametrize(
    ("way", "body"),
    [
        ("repair", {"level": "street"}),
        ("repair", {"level": "micro", "more": 1}),
        ("knit", {"tolerance": 0}),
        ("knit", {"tolerance": 11}),
        ("knit", {"tolerance": "wide"}),
    ],
)
def test_what_cannot_be_asked_is_refused(client: TestClient, way: str, body: Any) -> None:
    answer = client.post(f"{begin(client)}/{way}", json=body, headers={"If-Match": "*"})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


def test_checks_that_cannot_be(client: TestClient) -> None:
    plan = begin(client)
    assert client.get("/v1/plans/999999/check").status_code == 404
    for wrong in ("worsened=maybe", "tolerance=-1", "tolerance=nan", "more=1"):
        assert client.get(f"{plan}/check?{wrong}").status_code == 422
    assert client.post(f"{plan}/repair").status_code == 428
    stale = client.post(f"{plan}/repair", headers={"If-Match": '"p1-v77"'})
    assert stale.status_code == 412
    nothing = client.post(f"{plan}/repair", json={"level": "area"}, headers={"If-Match": "*"})
    assert nothing.status_code == 409
    assert "nothing to repair" in nothing.json()["detail"]


def test_grids_with_an_accepted_number_are_shown(client: TestClient) -> None:
    """One reason among grids without one is text beside null."""
    plan = begin(client)
    accepted = {"kind": "accept-range", "code": "101001001", "reason": "高校"}
    send(client, f"{plan}/edits", accepted)
    answer = client.get(f"{plan}/grids?level=micro")
    assert answer.status_code == 200
    reasons = {
        one["properties"]["code"]: one["properties"]["range_reason"]
        for one in answer.json()["features"]
    }
    assert (reasons["101001001"], reasons["101001002"]) == ("高校", None)
