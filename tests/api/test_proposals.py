"""Proposals over HTTP: as events or in one answer, taken over, refused, given up."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx2 as httpx
import numpy as np
import pytest
import shapely
from sqlalchemy import Engine, text
from starlette.testclient import TestClient

from api.app import create_app
from gisgrid.settings import Settings
from gisgrid.store.engine import make_engine
from tests.store.drafts.district import publish_district

from .conftest import serving
from .waiting import until

UNIT = "A1U00"
JSON = {"Accept": "application/json"}


@pytest.fixture(scope="module")
def honeycomb(clone: Callable[[str], str], template: str) -> Iterator[Engine]:
    """A nested honeycomb with addresses and the plans of this module."""
    made = make_engine(clone(template))
    publish_district(made)
    yield made
    made.dispose()


@pytest.fixture(scope="module")
def crowded(clone: Callable[[str], str], template: str) -> Iterator[Engine]:
    """The same with so many homes in the unit that a search takes seconds."""
    made = make_engine(clone(template))
    publish_district(made)
    homes = text(
        "INSERT INTO gisgrid.address (source_id, point, households) "
        "SELECT 'crowd' || row_number() OVER (), d.geom, 1 FROM gisgrid.boundary_version AS b "
        "JOIN gisgrid.grid_version AS g USING (grid_id), "
        "LATERAL ST_Dump(ST_GeneratePoints(b.geom, 1500, 7)) AS d WHERE g.code = :unit"
    )
    with made.begin() as connection:
        connection.execute(homes, {"unit": UNIT})
    yield made
    made.dispose()


@pytest.fixture
def quiet(honeycomb: Engine, settings: Settings) -> Iterator[TestClient]:
    with TestClient(
        create_app(settings, engine=honeycomb, demo=True),
        client=("::1", 50_000),
        base_url="http://127.0.0.1",
    ) as made:
        yield made


def new_plan(client: TestClient) -> str:
    made = client.post("/v1/plans", json={"name": "方案"})
    assert made.status_code == 201, made.text
    return str(made.headers["location"])


def events(text: str) -> list[tuple[str, Any]]:
    """The events of a stream by name."""
    found = []
    for block in text.split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.split("\n") if ": " in line[1:])
        if "event" in lines:
            found.append((lines["event"], json.loads(lines["data"])))
    return found


def test_events_tell_how_far_it_is_and_then_what_was_found(quiet: TestClient) -> None:
    plan = new_plan(quiet)
    wanted = {"unit": UNIT, "min": 60, "max": 100}
    answer = quiet.post(f"{plan}/proposals", json=wanted)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/event-stream")
    *progress, (name, found) = events(answer.text)
    assert name == "proposals"
    assert {one for one, _ in progress} <= {"progress"}
    assert all(0 < data["done"] <= data["total"] for _, data in progress)
    whole = quiet.post(f"{plan}/proposals", json=wanted, headers=JSON)
    assert whole.headers["content-type"] == "application/json"
    assert whole.headers["etag"] == found["tag"] == quiet.get(plan).headers["etag"]
    assert whole.json() == found
    assert (found["unit"], found["version"]) == (UNIT, 0)
    first, *others = found["proposals"]
    assert "present" in first["kinds"]
    assert first["edit"] is None
    for one in others:
        assert one["edit"]["kind"] == "redraw"
        shapes = [shapely.geometry.shape(f["geometry"]) for f in one["grids"]["features"]]
        assert shapely.coverage_is_valid(np.array(shapes))
        counts = [feature["properties"]["households"] for feature in one["grids"]["features"]]
        outside = [grid for grid, count in enumerate(counts) if not 60 <= count <= 100]
        assert [miss["grid"] for miss in one["misses"]] == outside
        assert all(miss["message_zh"] and miss["message_en"] for miss in one["misses"])


def test_one_is_taken_over_and_the_plan_then_stands_as_proposed(quiet: TestClient) -> None:
    plan = new_plan(quiet)
    wanted = {"unit": UNIT, "min": 20, "max": 33}
    found = quiet.post(f"{plan}/proposals", json=wanted, headers=JSON).json()
    (best,) = [one for one in found["proposals"] if "best" in one["kinds"]]
    done = quiet.post(f"{plan}/edits", json=best["edit"], headers={"If-Match": found["tag"]})
    assert done.status_code == 200, done.text
    standing = quiet.get(f"{plan}/standing", params={"unit": UNIT}).json()["grids"]
    proposed = [one["properties"]["households"] for one in best["grids"]["features"]]
    assert sorted(grid["households"] for grid in standing) == sorted(proposed)
    checked = quiet.get(f"{plan}/check", params={"worsened": True}).json()
    assert checked["errors"] == 0
    # What is locked stays, in this proposal and in every other.
    locked = [standing[0]["code"]]
    again = quiet.post(f"{plan}/proposals", json={**wanted, "locked": locked}, headers=JSON)
    for one in again.json()["proposals"][1:]:
        assert locked[0] not in [grid["code"] for grid in one["edit"]["grids"]]
        assert locked[0] not in one["edit"]["ended"]


@pytest.mark.parametrize(
    ("wanted", "status"),
    [
        ({"unit": "nowhere"}, 404),
        ({"unit": "A1"}, 422),
        ({"unit": UNIT, "min": 500, "max": 300}, 422),
        ({"unit": UNIT, "min": 0}, 422),
        ({"unit": UNIT, "locked": ["M047"]}, 422),
        ({"unit": UNIT, "wanted": 1}, 422),
        ({}, 422),
    ],
)
def test_what_cannot_be_sought_is_refused_before_any_event(
    quiet: TestClient, wanted: dict[str, Any], status: int
) -> None:
    answer = quiet.post(f"{new_plan(quiet)}/proposals", json=wanted)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_only_planners_of_drawn_plans_may_ask(honeycomb: Engine, settings: Settings) -> None:
    far = TestClient(
        create_app(settings, engine=honeycomb, demo=True), client=("192.0.2.7", 50_000)
    )
    with far as client:
        answer = client.post("/v1/plans/1/proposals", json={"unit": UNIT})
        assert answer.status_code == 403
    with TestClient(
        create_app(settings, engine=honeycomb, demo=True),
        client=("::1", 50_000),
        base_url="http://127.0.0.1",
    ) as client:
        # Plan 1 only lists what was published.
        assert client.post("/v1/plans/1/proposals", json={"unit": UNIT}).status_code == 409
        assert client.post("/v1/plans/999/proposals", json={"unit": UNIT}).status_code == 404


def test_whoever_goes_away_ends_the_search(crowded: Engine, settings: Settings) -> None:
    app = create_app(settings, engine=crowded, demo=True)
    service = app.state.service
    with serving(app) as address, httpx.Client(base_url=address, timeout=60) as client:
        plan = client.post("/v1/plans", json={"name": "方案"}).headers["location"]
        wanted = {"unit": UNIT, "min": 30, "max": 50}
        with client.stream("POST", f"{plan}/proposals", json=wanted) as answer:
            # Kept, for the connection ends with its last reader.
            lines = answer.iter_lines()
            assert "progress" in next(line for line in lines if "event" in line)
            assert (service.searches, service.seeking.borrowed_tokens) == (1, 1)
        ended = time.monotonic() + 20
        while service.searches and time.monotonic() < ended:
            time.sleep(0.05)
        assert (service.searches, service.seeking.borrowed_tokens) == (0, 0)


class Statuses:
    """Middleware that notes what is answered, whether or not anybody is there to hear it."""

    def __init__(self, app: Any, noted: list[int]) -> None:
        self._app, self._noted = app, noted

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def noting(message: Any) -> None:
            if message["type"] == "http.response.start":
                self._noted.append(message["status"])
            await send(message)

        await self._app(scope, receive, noting)


def test_whoever_waits_for_one_answer_and_goes_away_ends_the_search(
    crowded: Engine, settings: Settings
) -> None:
    app, noted = create_app(settings, engine=crowded, demo=True), list[int]()
    app.add_middleware(Statuses, noted=noted)
    service = app.state.service
    with serving(app) as address, httpx.Client(base_url=address, timeout=60) as client:
        plan = client.post("/v1/plans", json={"name": "方案"}).headers["location"]
        wanted = {"unit": UNIT, "min": 30, "max": 50}
        with pytest.raises(httpx.ReadTimeout):
            client.post(f"{plan}/proposals", json=wanted, headers=JSON, timeout=0.5)
        until(lambda: len(noted) == 2)
    # The search did not come to its end.
    assert noted == [201, 499]
    assert (service.searches, service.seeking.borrowed_tokens) == (0, 0)


def test_no_more_than_so_many_are_sought_at_once(quiet: TestClient) -> None:
    plan = new_plan(quiet)
    service: Any = quiet.app.state.service  # type: ignore[attr-defined]
    service.searches = 8
    assert quiet.post(f"{plan}/proposals", json={"unit": UNIT}).status_code == 429
    service.searches = 0
    assert quiet.post(f"{plan}/proposals", json={"unit": UNIT}, headers=JSON).status_code == 200
    assert service.searches == 0
