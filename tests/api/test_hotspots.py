"""Hot spots over the web."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, text
from starlette.testclient import TestClient

import api.hotspots
import api.service
from api.app import create_app
from api.service import Service
from gisgrid.settings import Settings
from tests.store.events import gather_hazards


@pytest.fixture
def reader(town: Engine, settings: Settings) -> Iterator[TestClient]:
    """A client of the API over the town with its hazards."""
    gather_hazards(town)
    with TestClient(
        create_app(settings, engine=town, demo=True),
        client=("127.0.0.1", 50_000),
        base_url="http://127.0.0.1",
    ) as made:
        yield made


def test_hot_spots_are_answered_privately(reader: TestClient) -> None:
    answer = reader.get("/v1/hotspots?level=hexagon&edge_m=200")
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert answer.headers["cache-control"] == "private, no-cache"
    assert answer.headers["etag"].startswith(f'"r{found["revision"]}-')
    assert found["found_by"] == "reported"
    assert found["hot"] == sum(one["spot"] == "hot" for one in found["spots"]) > 0
    assert all(one["spot"] for one in found["spots"])
    whole = reader.get("/v1/hotspots?level=hexagon&edge_m=200&all=true").json()
    assert len(whole["spots"]) == whole["places"] > len(found["spots"])


def test_an_answer_is_kept_until_a_hazard_changes(reader: TestClient, town: Engine) -> None:
    address = "/v1/hotspots?all=true"
    first = reader.get(address)
    tag = first.headers["etag"]
    assert reader.get(address, headers={"If-None-Match": tag}).status_code == 304
    with town.begin() as connection:
        connection.execute(text("DELETE FROM gisgrid.hazard WHERE source_id = 'h3'"))
    after = reader.get(address, headers={"If-None-Match": tag})
    assert after.status_code == 200
    assert after.json()["events"] == first.json()["events"] - 1


def test_emerging_spots(reader: TestClient) -> None:
    found = reader.get("/v1/hotspots/emerging?step=week&steps=5&all=true").json()
    assert found["edges"][-1] == "2024-09-01T00:00:00+08:00"
    assert len(found["spots"]) == 16
    assert len(found["spots"][0]["counts"]) == 5


def test_near_repeats(reader: TestClient) -> None:
    found = reader.get("/v1/hotspots/near-repeat?metres=0,500,2000&days=0,7&permutations=39").json()
    assert [one["metres"] for one in found["bands"]] == [[0, 500], [500, 2000]]
    assert found["events"] == 56


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("?level=street", 422),
        ("?fdr=0", 422),
        ("?since=2024-02-01&until=2024-01-01", 422),
        ("?unknown=1", 422),
        ("?level=hexagon&edge_m=1", 422),
        ("/emerging?steps=3", 422),
        ("/near-repeat?metres=a,b", 422),
        ("/near-repeat?metres=0,inf", 422),
        ("/near-repeat?days=" + ",".join(map(str, range(40))), 422),
    ],
)
def test_what_cannot_be_answered_is_a_problem(
    reader: TestClient, address: str, status: int
) -> None:
    answer = reader.get(f"/v1/hotspots{address}")
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_too_many_pairs_are_refused(reader: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api.hotspots, "_MOST_COUNTED", 5 * 199)
    assert reader.get("/v1/hotspots/near-repeat").status_code == 413


def test_few_are_worked_out_at_once(reader: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api.service, "_PATIENCE_S", 0.01)
    service: Service = reader.app.state.service  # type: ignore[attr-defined]
    for _ in range(2):
        assert service.turns.acquire(blocking=False)
    for address in ("hotspots", "patrols/coverage", "patrols/gaps"):
        assert reader.get(f"/v1/{address}").status_code == 429
    assert reader.post("/v1/patrols/plans", json={}).status_code == 429
    service.turns.release()
    for address in ("hotspots", "patrols/coverage", "patrols/gaps"):
        assert reader.get(f"/v1/{address}").status_code == 200
    assert reader.post("/v1/patrols/plans", json={}).status_code == 201
    service.turns.release()
