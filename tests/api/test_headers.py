from __future__ import annotations

import re

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from api.app import create_app
from api.headers import tile_origin
from gisgrid.settings import Settings


@pytest.mark.parametrize("address", ["/", "/docs", "/maps/grids"])
def test_pages_run_only_what_their_nonce_allows(client: TestClient, address: str) -> None:
    first, second = client.get(address), client.get(address)
    policy = first.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'self'" in policy
    assert policy != second.headers["content-security-policy"]
    assert re.search(r"<[^>]+\son\w+=", first.text) is None
    assert re.search(r"<[^>]+\sstyle=", first.text.partition("<script")[0]) is None


@pytest.mark.parametrize("address", ["/", "/v1/grids", "/nowhere", "/static/index.js", "/healthz"])
def test_every_answer_has_the_headers_that_keep_it_safe(client: TestClient, address: str) -> None:
    headers = client.get(address).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors" in headers["content-security-policy"]
    assert headers["cache-control"]
    is_page = headers["content-type"].startswith("text/html")
    assert (headers.get("referrer-policy") == "no-referrer") is is_page
    assert (headers.get("x-frame-options") == "SAMEORIGIN") is is_page
    assert is_page or "default-src 'none'" in headers["content-security-policy"]


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        (None, ""),
        ("/tiles/{z}/{x}/{y}.png", ""),
        ("https://tiles.example/{z}/{x}/{y}.png", "https://tiles.example"),
        ("https://t{s}.tianditu.gov.cn/x?tk=1&z={z}", "https://*.tianditu.gov.cn"),
        ("http://user:pass@tiles.example:8080/{z}", "http://tiles.example:8080"),
        ("https://a.example; script-src *", ""),
        ("https://a.example;script-src/{z}", ""),
    ],
)
def test_only_the_host_of_the_tiles_enters_the_policy(url: str | None, origin: str) -> None:
    assert tile_origin(url) == origin


def test_the_tiles_of_a_setting_may_be_shown(squares: Engine, settings: Settings) -> None:
    settings.tile_url = "https://tiles.example/{z}/{x}/{y}.png"
    with TestClient(create_app(settings, engine=squares, demo=True)) as client:
        page = client.get("/")
    policy = page.headers["content-security-policy"]
    assert "img-src 'self' data: https://tiles.example;" in policy
    assert "tiles.example" in page.text
