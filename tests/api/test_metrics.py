from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from api.app import create_app
from api.metrics import Metrics
from gisgrid.settings import Settings

from .district import SOUTH, STEP, WEST, level, put
from .waiting import until

POINT = f"/v1/resolve?lon={WEST + 0.2 * STEP!r}&lat={SOUTH + 0.2 * STEP!r}"


def counts(client: TestClient) -> dict[tuple[str, ...], float]:
    """Requests by route, method and class of status."""
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")
    line = re.compile(
        r'gisgrid_request_seconds_count\{method="(.*)",route="(.*)",status="(.*)"\} ([0-9.e+]+)'
    )
    found = (line.fullmatch(one) for one in answer.text.splitlines())
    return {(one[2], one[1], one[3]): float(one[4]) for one in found if one}


def test_both_ways_to_a_point_are_counted_as_one_route(client: TestClient) -> None:
    client.get(POINT)
    client.get(POINT + "&crs=wgs84")
    client.get(POINT + "&srs=wgs84")
    client.head(POINT)
    client.get("/v1/grids/101")
    client.get("/v1/grids/102")
    client.get("/static/index.js")
    assert counts(client) == {
        ("/v1/resolve", "GET", "2xx"): 2,
        ("/v1/resolve", "GET", "4xx"): 1,
        ("/v1/resolve", "HEAD", "2xx"): 1,
        ("/v1/grids/{code}", "GET", "2xx"): 2,
        ("/static", "GET", "2xx"): 1,
    }


def test_strangers_make_no_new_series(client: TestClient) -> None:
    for number in range(5):
        client.get(f"/nowhere/{number}")
        client.request(f"M{number}", "/v1/resolve")
    assert counts(client) == {
        ("unmatched", "GET", "4xx"): 5,
        ("/v1/resolve", "other", "4xx"): 5,
    }


def test_durations_and_the_revision_are_there(client: TestClient, squares: Engine) -> None:
    client.get(POINT)
    text = client.get("/metrics").text
    assert 'le="+Inf",method="GET",route="/v1/resolve",status="2xx"} 1.0' in text
    assert "gisgrid_served_revision 4.0" in text
    with squares.begin() as connection:
        put(connection, "unit", level("unit").iloc[[0]].assign(name="改名坊"))
    until(lambda: "gisgrid_served_revision 5.0" in client.get("/metrics").text)


def test_two_applications_count_apart(settings: Settings, engine: Engine) -> None:
    with TestClient(create_app(settings, engine=engine, demo=True)) as first:
        first.get("/healthz")
        with TestClient(create_app(settings, engine=engine, demo=True)) as second:
            assert counts(second) == {}
        assert counts(first) == {("/healthz", "GET", "2xx"): 1}


def test_an_observation_without_a_route_is_unmatched() -> None:
    metrics = Metrics()
    metrics.observe(None, "BREW", 418, 0.1)
    found: Any = metrics.text().decode()
    assert 'method="other",route="unmatched",status="4xx"} 1.0' in found


@pytest.mark.parametrize("status", [200, 304, 422, 503])
def test_a_status_is_counted_by_its_class(status: int) -> None:
    metrics = Metrics()
    metrics.observe(None, "GET", status, 0.1)
    assert f'status="{status // 100}xx"' in metrics.text().decode()
