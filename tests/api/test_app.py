from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from urllib.request import urlopen

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine
from starlette.testclient import TestClient

from api.app import create_app, create_app_from_environment
from gisgrid.settings import Settings

from .conftest import serving


def test_the_workers_find_everything_in_the_environment(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GISGRID_DATABASE_URL", database_url)
    monkeypatch.setenv("GISGRID_BATCH_LIMIT", "1")
    with TestClient(create_app_from_environment()) as client:
        assert client.get("/readyz").json()["revision"] == 0
        answer = client.post("/v1/resolve/batch", json={"points": [[0, 0], [0, 0]]})
    assert answer.status_code == 413


def test_many_at_once_share_few_connections(squares: Engine, settings: Settings) -> None:
    settings.pool_size = 2
    url = squares.url.render_as_string(hide_password=False)
    with serving(create_app(settings, database=url)) as address:

        def ask(number: int) -> int:
            path = ("/v1/grids/101", "/v1/resolve?lon=121.2&lat=31.3", "/maps/grids")[number % 3]
            with urlopen(f"{address}{path}", timeout=20) as answer:
                return int(answer.status)

        with ThreadPoolExecutor(24) as threads:
            assert list(threads.map(ask, range(48))) == [200] * 48


def test_the_description_names_every_address(client: TestClient) -> None:
    found = client.get("/openapi.json").json()
    assert set(found["paths"]) == {
        "/healthz",
        "/maps/campaign",
        "/maps/grids",
        "/maps/hazards",
        "/metrics",
        "/ogc",
        "/ogc/collections",
        "/ogc/collections/{collection}",
        "/ogc/collections/{collection}/items",
        "/ogc/collections/{collection}/items/{feature}",
        "/ogc/collections/{collection}/queryables",
        "/ogc/collections/{collection}/tiles",
        "/ogc/collections/{collection}/tiles/WebMercatorQuad",
        "/ogc/collections/{collection}/tiles/WebMercatorQuad/{z}/{y}/{x}",
        "/ogc/conformance",
        "/ogc/tileMatrixSets",
        "/ogc/tileMatrixSets/WebMercatorQuad",
        "/ogc/tiles",
        "/ogc/tiles/WebMercatorQuad",
        "/ogc/tiles/WebMercatorQuad/{z}/{y}/{x}",
        "/readyz",
        "/v1/addresses/aliases",
        "/v1/addresses/aliases/{alias_id}",
        "/v1/addresses/nearest",
        "/v1/addresses/reviews",
        "/v1/addresses/reviews/{review_id}/decision",
        "/v1/addresses/reviews/{review_id}/dismiss",
        "/v1/addresses/suggest",
        "/v1/campaigns",
        "/v1/campaigns/{code}",
        "/v1/campaigns/{code}/burn-down",
        "/v1/campaigns/{code}/evidence",
        "/v1/campaigns/{code}/items",
        "/v1/campaigns/{code}/items/{item_id}",
        "/v1/campaigns/{code}/items/{item_id}/done",
        "/v1/changes",
        "/v1/changes/stream",
        "/v1/compare",
        "/v1/grids",
        "/v1/grids/{code}",
        "/v1/grids/{code}/history",
        "/v1/hazards",
        "/v1/hazards/counts",
        "/v1/hazards/summary",
        "/v1/hazards/tiles/{z}/{x}/{y}.png",
        "/v1/held",
        "/v1/hotspots",
        "/v1/hotspots/emerging",
        "/v1/hotspots/near-repeat",
        "/v1/outlines",
        "/v1/patrols/coverage",
        "/v1/patrols/done",
        "/v1/patrols/gaps",
        "/v1/patrols/plans",
        "/v1/patrols/plans/{plan_id}",
        "/v1/patrols/plans/{plan_id}/ground",
        "/v1/patrols/plans/{plan_id}/visits",
        "/v1/patrols/points",
        "/v1/places/{kind}/{source_id}/hold",
        "/v1/plans",
        "/v1/plans/{plan_id}",
        "/v1/plans/{plan_id}/cells",
        "/v1/plans/{plan_id}/check",
        "/v1/plans/{plan_id}/discard",
        "/v1/plans/{plan_id}/edits",
        "/v1/plans/{plan_id}/fork",
        "/v1/plans/{plan_id}/grids",
        "/v1/plans/{plan_id}/knit",
        "/v1/plans/{plan_id}/preview",
        "/v1/plans/{plan_id}/proposals",
        "/v1/plans/{plan_id}/publish",
        "/v1/plans/{plan_id}/rebase",
        "/v1/plans/{plan_id}/redo",
        "/v1/plans/{plan_id}/repair",
        "/v1/plans/{plan_id}/standing",
        "/v1/plans/{plan_id}/undo",
        "/v1/resolve",
        "/v1/resolve/batch",
    }
    body = found["paths"]["/v1/resolve/batch"]["post"]["requestBody"]["content"]
    assert set(body["application/json"]["schema"]["properties"]) == {
        "points",
        "addresses",
        "crs",
        "at",
    }


def test_a_hostile_host_is_text(client: TestClient) -> None:
    page = client.get("/", headers={"Host": 'x"><script>alert(1)</script>'})
    assert "<script>alert" not in page.text


def test_two_applications_keep_nothing_in_common(settings: Settings) -> None:
    first, second = create_app(settings), create_app(settings)
    assert isinstance(first, FastAPI)
    assert first.state.service.pages is not second.state.service.pages
