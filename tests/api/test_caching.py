from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, delete, insert, update
from starlette.testclient import TestClient

from api.answers import matches
from gisgrid.store.tables import hazard
from tests.campaigns import bring, small_campaign

from .district import SOUTH, WEST, level, put
from .waiting import until_served

BOUNDARIES = (
    "/v1/resolve?lon=121.202&lat=31.302",
    "/v1/grids?level=unit",
    "/v1/outlines?level=unit",
)
PLACES = ("/v1/grids/101001", "/maps/grids", "/maps/hazards")


def rename(squares: Engine) -> None:
    """Publish a new name of one unit."""
    frame = level("unit").iloc[[0]].assign(name="改名坊")
    with squares.begin() as connection:
        put(connection, "unit", frame)


@pytest.mark.parametrize("address", [*BOUNDARIES, *PLACES])
def test_an_unchanged_answer_is_a_304_until_a_publish(
    client: TestClient, squares: Engine, address: str
) -> None:
    first = client.get(address)
    tag = first.headers["etag"]
    assert re.fullmatch(r'"r4-[0-9a-f]{20}"', tag)
    assert "no-cache" in first.headers["cache-control"]
    for header in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        again = client.get(address, headers={"If-None-Match": header})
        assert again.status_code == 304
        assert again.content == b""
        assert again.headers["etag"] == tag
    assert client.get(address, headers={"If-None-Match": '"r4-0"'}).status_code == 200
    rename(squares)
    until_served(client, 5)
    changed = client.get(address, headers={"If-None-Match": tag})
    assert changed.status_code == 200
    assert changed.headers["etag"].startswith('"r5-')


def test_the_tag_differs_by_what_was_asked(client: TestClient) -> None:
    addresses = [*BOUNDARIES, *PLACES, "/v1/grids?level=area", "/v1/grids?level=unit&limit=2"]
    tags = {client.get(address).headers["etag"] for address in addresses}
    assert len(tags) == len(addresses)


def test_places_and_people_are_kept_by_no_shared_cache(client: TestClient) -> None:
    for address in (*PLACES, BOUNDARIES[0]):
        assert "private" in client.get(address).headers["cache-control"]
    batch = client.post("/v1/resolve/batch", json={"points": []})
    assert "private" in batch.headers["cache-control"]
    assert batch.headers["etag"].startswith('"r4-')


def test_a_batch_is_never_a_304(client: TestClient) -> None:
    body: dict[str, Any] = {"points": []}
    tag = client.post("/v1/resolve/batch", json=body).headers["etag"]
    again = client.post("/v1/resolve/batch", json=body, headers={"If-None-Match": tag})
    assert again.status_code == 200


@pytest.mark.parametrize("address", PLACES)
def test_the_tag_follows_the_places(client: TestClient, squares: Engine, address: str) -> None:
    def tag() -> str:
        return client.get(address).headers["etag"]

    seen = [tag()]
    row = {
        "source_id": "h9",
        "point": f"SRID=4326;POINT({WEST + 0.002} {SOUTH + 0.002})",
        "category": "security",
    }
    with squares.begin() as connection:
        connection.execute(insert(hazard).values(row))
    seen.append(tag())
    moved = f"SRID=4326;POINT({WEST + 0.015} {SOUTH + 0.002})"
    with squares.begin() as connection:
        connection.execute(update(hazard).where(hazard.c.source_id == "h9").values(point=moved))
    seen.append(tag())
    with squares.begin() as connection:
        connection.execute(delete(hazard).where(hazard.c.source_id == "h9"))
    assert tag() == seen[0]
    assert len(set(seen[:2])) == 2
    assert seen[2] != seen[1]


def test_confidential_hazards_are_on_no_map(client: TestClient, squares: Engine) -> None:
    def say(source_id: str, subject: str) -> Any:
        with squares.begin() as connection:
            one = update(hazard).where(hazard.c.source_id == source_id)
            connection.execute(one.values(subject=subject))
        return client.get("/maps/hazards")

    open_one = say("h1", "公开隐患")
    assert "公开隐患" in open_one.text
    secret = say("h2", "绝密线索")
    assert "绝密线索" not in secret.text
    assert secret.headers["etag"] == open_one.headers["etag"]


def test_a_map_is_drawn_once_and_served_with_fresh_nonces(client: TestClient) -> None:
    pages = [client.get("/maps/grids") for _ in range(2)]
    nonces = []
    for page in pages:
        policy = page.headers["content-security-policy"]
        found = re.findall(r"'nonce-([^']+)'", policy)
        assert len(set(found)) == 1
        assert set(re.findall(r'nonce="([^"]+)"', page.text)) == set(found)
        nonces.append(found[0])
    assert nonces[0] != nonces[1]
    bare = [page.text.replace(nonce, "") for page, nonce in zip(pages, nonces, strict=True)]
    assert bare[0] == bare[1]


def test_a_304_brings_no_policy_that_the_kept_page_does_not_know(client: TestClient) -> None:
    tag = client.get("/maps/grids").headers["etag"]
    again = client.get("/maps/grids", headers={"If-None-Match": tag})
    assert again.status_code == 304
    assert "content-security-policy" not in again.headers


def test_maps_of_another_day_and_campaigns_by_code(
    client: TestClient, squares: Engine, tmp_path: Path
) -> None:
    assert "2024-06-01" in client.get("/maps/grids?at=2024-06-01").text
    assert client.get("/maps/grids?at=soon").status_code == 422
    assert client.get("/maps/campaign").status_code == 404
    bring(squares, tmp_path / "campaign", small_campaign())
    assert client.get("/maps/campaign?code=c2").status_code == 404
    page = client.get("/maps/campaign?code=c1")
    assert page.status_code == 200
    assert "拆窗" in page.text


@pytest.mark.parametrize(
    ("header", "hit"),
    [(None, False), ("", False), ('"a"', True), ('"b", W/"a"', True), ("a", False), ("*", True)],
)
def test_tags_are_compared_weakly(header: str | None, hit: bool) -> None:
    assert matches(header, '"a"') is hit
