"""Plans over HTTP: drawn, edited by several, undone, forked."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import shapely
from starlette.testclient import TestClient

from api.app import create_app
from gisgrid.settings import Settings
from gisgrid.store import plans
from gisgrid.store.engine import make_engine
from tests.api.drafting import RENAME, begin, send

from .district import square


@pytest.fixture(scope="module")
def quiet(
    clone: Callable[[str], str], district_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TestClient]:
    """A client over a district with the plans of many tests; none of them publishes anything."""
    engine = make_engine(clone(district_template))
    settings = Settings(home=tmp_path_factory.mktemp("home"))
    with TestClient(
        create_app(settings, engine=engine, demo=True),
        client=("::1", 50_000),
        base_url="http://127.0.0.1",
    ) as made:
        yield made
    engine.dispose()


def test_a_plan_is_drawn_step_by_step(quiet: TestClient) -> None:
    plan, first = begin(quiet)
    done, second = send(quiet, f"{plan}/edits", first, RENAME)
    assert (done["version"], done["number"], done["changed"]) == (1, 1, ["101001"])
    assert done["revision"] == 4
    shown = quiet.get(plan)
    assert shown.headers["etag"] == second != first
    detail = shown.json()
    assert (detail["kind"], detail["state"], detail["done"], detail["undone"]) == (
        "drawn",
        "draft",
        1,
        0,
    )
    assert detail["counts"] == [{"level": "unit", "changed": 1, "made": 0, "ended": 0}]
    _, third = send(quiet, f"{plan}/undo", second)
    _, fourth = send(quiet, f"{plan}/redo", third)
    log = quiet.get(f"{plan}/edits").json()["edits"]
    assert [(one["kind"], one["state"]) for one in log] == [("rename", "done")]
    assert log[0]["arguments"] == {"code": "101001", "name": "新名"}
    renamed, fifth = send(quiet, plan, fourth, {"name": "改名"}, "PATCH")
    assert renamed["name"] == "改名"
    gone, _ = send(quiet, f"{plan}/discard", fifth)
    assert gone["state"] == "discarded"
    assert quiet.get("/v1/grids/101001").json()["name"] == "白银一坊"


def test_a_change_has_to_name_the_newest_version(quiet: TestClient) -> None:
    plan, first = begin(quiet)
    _, second = send(quiet, f"{plan}/edits", first, RENAME)
    other = {**RENAME, "name": "另名"}
    for tag, status in (
        (None, 428),
        (first, 412),
        (f"W/{second}", 412),
        ('"p999-v1"', 412),
        ("nonsense", 412),
        (f"{first}, {second}", 200),
        ("*", 200),
    ):
        headers = {} if tag is None else {"If-Match": tag}
        answer = quiet.post(f"{plan}/edits", json=other, headers=headers)
        assert answer.status_code == status, tag
        if status != 200:
            assert answer.headers["content-type"] == "application/problem+json"
        other = {**RENAME, "name": f"{other['name']}+"} if status == 200 else other


@pytest.mark.parametrize("way", ["undo", "redo", "rebase", "discard", "publish", "edits"])
def test_every_change_asks_for_a_version(quiet: TestClient, way: str) -> None:
    plan, _ = begin(quiet)
    body = RENAME if way == "edits" else None
    assert quiet.post(f"{plan}/{way}", json=body).status_code == 428
    stale = quiet.post(f"{plan}/{way}", json=body, headers={"If-Match": '"p1-v77"'})
    assert stale.status_code == 412
    assert quiet.get(plan).json()["state"] == "draft"


def test_the_grids_of_a_plan_are_geojson_in_a_box(quiet: TestClient) -> None:
    plan, tag = begin(quiet)
    named = {"kind": "rename", "code": "101001001", "name": "新"}
    send(quiet, f"{plan}/edits", tag, named)
    whole = quiet.get(f"{plan}/grids?level=micro")
    assert whole.headers["content-type"] == "application/geo+json"
    features = {one["properties"]["code"]: one for one in whole.json()["features"]}
    assert len(features) == 15
    one = features["101001001"]
    assert one["properties"] | {"key": 0} == {
        "key": 0,
        "code": "101001001",
        "name": "新",
        "parent": "101001",
        "path": ["101", "101001", "101001001"],
        "special": False,
        "households": 400,
        "range_reason": None,
        "drafted": True,
    }
    assert not features["101001002"]["properties"]["drafted"]
    assert shapely.geometry.shape(one["geometry"]).equals(square(0, 0, 0.5, 0.5))
    box = ",".join(map(str, square(0.1, 0.1, 0.1, 0.1).bounds))
    near = quiet.get(f"{plan}/grids?level=micro&bbox={box}").json()["features"]
    assert [grid["properties"]["code"] for grid in near] == ["101001001"]
    for wrong in ("1,2,3", "a,b,c,d", "nan,0,1,1", "5,0,1,1", "0,0,1,91"):
        assert quiet.get(f"{plan}/grids?level=micro&bbox={wrong}").status_code == 422
    assert quiet.get(f"{plan}/grids").status_code == 422


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"kind": "paint"},
        {"kind": "rename", "code": "101001"},
        {"kind": "rename", "code": "101001", "name": "x", "more": 1},
        {"kind": "rename", "code": "101001", "name": "a\u0000b"},
        {"kind": "split", "code": "101001", "line": {"type": "LineString", "coordinates": []}},
        {"kind": "split", "code": "101001", "line": {"type": "Point", "coordinates": [1, 1]}},
        {"kind": "move-vertex", "level": "police", "old": [1, 1], "new": [1, 1]},
        {"kind": "move-vertex", "level": "unit", "old": [1, 1], "new": [1, 99]},
        [],
        "rename",
    ],
)
def test_an_edit_that_is_none_is_a_problem_and_changes_nothing(
    quiet: TestClient, body: Any
) -> None:
    plan, tag = begin(quiet)
    answer = quiet.post(f"{plan}/edits", json=body, headers={"If-Match": tag})
    assert answer.status_code == 422
    assert answer.json()["type"] == "urn:gisgrid:problem:request"
    assert quiet.get(plan).headers["etag"] == tag


def test_a_body_that_is_too_long_is_refused(quiet: TestClient) -> None:
    plan, tag = begin(quiet)
    pieces = (b" " * 100_000 for _ in range(30))
    headers = {"If-Match": tag, "Content-Type": "application/json"}
    answer = quiet.post(f"{plan}/edits", content=pieces, headers=headers)
    assert answer.status_code == 413
    assert quiet.post("/v1/plans", content=b"{", headers=headers).status_code == 422


def test_a_fork_goes_its_own_way(quiet: TestClient) -> None:
    plan, tag = begin(quiet)
    _, tag = send(quiet, f"{plan}/edits", tag, RENAME)
    made = quiet.post(f"{plan}/fork", json={"name": "另案"})
    assert made.status_code == 201
    copy = made.headers["location"]
    assert made.json()["done"] == 1
    send(quiet, f"{copy}/undo", made.headers["etag"])
    assert quiet.get(plan).headers["etag"] == tag
    assert quiet.get(copy).json()["undone"] == 1


def test_the_log_is_read_a_page_at_a_time(quiet: TestClient) -> None:
    plan, tag = begin(quiet)
    for k in range(5):
        _, tag = send(quiet, f"{plan}/edits", tag, {**RENAME, "name": f"名{k}"})
    address: str | None = f"{plan}/edits?limit=2"
    found: list[list[int]] = []
    while address and len(found) < 4:
        page = quiet.get(address).json()
        found.append([one["number"] for one in page["edits"]])
        address = page["next"]
    assert found == [[1, 2], [3, 4], [5]]
    assert quiet.get(f"{plan}/edits?limit=0").status_code == 422


def test_what_is_read_of_a_plan_names_the_version_that_a_change_asks_for(
    quiet: TestClient,
) -> None:
    plan, tag = begin(quiet)
    for address in (f"{plan}/grids?level=unit", f"{plan}/edits"):
        answer = quiet.get(address)
        assert answer.headers["etag"] == tag
        again = quiet.get(address, headers={"If-None-Match": tag})
        assert (again.status_code, again.content) == (304, b"")
        _, tag = send(quiet, f"{plan}/edits", tag, {**RENAME, "name": address})
        assert quiet.get(address, headers={"If-None-Match": answer.headers["etag"]}).is_success


def test_an_edit_names_no_more_grids_than_one_can_draw(quiet: TestClient) -> None:
    plan, tag = begin(quiet)
    many = [f"C{k}" for k in range(101)]
    line = {"type": "LineString", "coordinates": [[121, 31], [122, 31]]}
    for body in (
        {"kind": "merge", "codes": many},
        {"kind": "split", "code": "101001001", "line": line, "new_codes": many},
    ):
        answer = quiet.post(f"{plan}/edits", json=body, headers={"If-Match": tag})
        assert answer.json()["type"] == "urn:gisgrid:problem:request"


def test_a_change_waits_for_another_only_so_long(
    quiet: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, tag = begin(quiet)
    with (
        monkeypatch.context() as patch,
        quiet.app.state.service.engine.begin() as connection,  # type: ignore[attr-defined]
    ):
        patch.setattr(sys.modules["api.writing"], "_LONGEST", {"lock_timeout": "50ms"})
        plans.by_id(connection, int(plan.rpartition("/")[2]), lock=True)
        answer = quiet.post(f"{plan}/edits", json=RENAME, headers={"If-Match": tag})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "somebody else" in answer.json()["detail"]
    send(quiet, f"{plan}/edits", tag, RENAME)


def test_the_log_tells_who_made_a_change(quiet: TestClient) -> None:
    plan, tag = begin(quiet)
    send(quiet, f"{plan}/edits", tag, RENAME)
    assert quiet.get(f"{plan}/edits").json()["edits"][0]["author"] == "demo"
    assert quiet.get(plan).json()["author"] == "demo"


@pytest.mark.parametrize("name", ["", "   "])
def test_a_plan_has_a_name(quiet: TestClient, name: str) -> None:
    plan, tag = begin(quiet)
    assert quiet.post("/v1/plans", json={"name": name}).status_code == 422
    assert quiet.post(f"{plan}/fork", json={"name": name}).status_code == 422
    renamed = quiet.patch(plan, json={"name": name}, headers={"If-Match": tag})
    assert renamed.status_code == 422


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1", 201),
        ("127.8.9.1", 201),
        ("::1", 201),
        ("::ffff:127.0.0.1", 201),
        ("192.0.2.7", 403),
        ("::ffff:192.0.2.7", 403),
        ("testclient", 403),
        ("", 403),
    ],
)
def test_who_may_change_plans_in_the_demo(quiet: TestClient, host: str, status: int) -> None:
    client = TestClient(quiet.app, client=(host, 50_000), base_url="http://127.0.0.1")
    answer = client.post("/v1/plans", json={"name": "x"})
    assert answer.status_code == status, answer.text
    if status == 403:
        assert answer.json()["type"] == "urn:gisgrid:problem:forbidden"
    assert client.get("/v1/plans").status_code == 200


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost:8000", 201),
        ("LOCALHOST", 201),
        ("127.0.0.1:80", 201),
        ("[::1]:8000", 201),
        ("elsewhere.example:8000", 403),
        ("localhost.elsewhere.example", 403),
        ("127.0.0.1.elsewhere.example", 403),
        ("elsewhere@localhost", 403),
        ("10.1.2.3", 403),
        ("", 403),
    ],
)
def test_a_name_of_another_site_that_leads_here_may_only_look(
    quiet: TestClient, host: str, status: int
) -> None:
    answer = quiet.post("/v1/plans", json={"name": "x"}, headers={"Host": host})
    assert answer.status_code == status, answer.text


def test_every_route_that_changes_plans_asks_who_may(quiet: TestClient) -> None:
    """Whoever may not change plans is told so by each of them, before anything is looked at."""
    client = TestClient(quiet.app)
    routes = {
        (method.upper(), path.replace("{plan_id}", "1"))
        for path, methods in client.get("/openapi.json").json()["paths"].items()
        for method in methods
        if path.startswith("/v1/plans") and method != "get"
    }
    assert len(routes) >= 9
    for method, path in routes:
        body = RENAME if path.endswith("/edits") else {"name": "x"}
        answer = client.request(method, path, json=body, headers={"If-Match": "*"})
        assert answer.status_code == 403, (method, path)
