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
from .matrix import LINES
from .signing import signed_in


def test_the_workers_find_everything_in_the_environment(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("GISGRID_DATABASE_URL", url)
    monkeypatch.setenv("GISGRID_BATCH_LIMIT", "1")
    with TestClient(create_app_from_environment()) as client:
        assert client.get("/readyz").json()["revision"] == 0
        signed_in(client, engine, "client", whole=True)
        answer = client.post("/v1/resolve/batch", json={"points": [[0, 0], [0, 0]]})
    assert answer.status_code == 413


def test_many_at_once_share_few_connections(squares: Engine, settings: Settings) -> None:
    settings.pool_size = 2
    url = squares.url.render_as_string(hide_password=False)
    with serving(create_app(settings, database=url, demo=True)) as address:

        def ask(number: int) -> int:
            path = ("/v1/grids/101", "/v1/resolve?lon=121.2&lat=31.3", "/maps/grids")[number % 3]
            with urlopen(f"{address}{path}", timeout=20) as answer:
                return int(answer.status)

        with ThreadPoolExecutor(24) as threads:
            assert list(threads.map(ask, range(48))) == [200] * 48


def test_the_description_names_every_address(client: TestClient) -> None:
    found = client.get("/openapi.json").json()
    # Pages are described by what they show; of the rest nothing is left out.
    routes = {line.route.replace(":path}", "}") for line in LINES}
    described = {one for one in routes if one.startswith(("/v1/", "/ogc", "/open311/"))}
    assert sorted(described - set(found["paths"])) == []
    assert sorted(set(found["paths"]) - routes) == []
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
