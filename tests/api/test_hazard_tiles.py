"""Hazards as pictures: what is on record is drawn, at once, and never a confidential one."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from sqlalchemy import Engine, text
from starlette.testclient import TestClient

from api.hazards.shadow import HazardShadow
from gisgrid.geometry.tiling import Tile, to_world
from gisgrid.hotspots.density.classes import STEPS, colours, palette
from gisgrid.hotspots.density.events import Events, Selection
from gisgrid.hotspots.density.surface import tile_density
from gisgrid.store.changes import moment_of
from gisgrid.store.engine import snapshot
from gisgrid.store.hazards import HazardFilter, hazard_events
from tests.hazard_rows import made_up

MIDDLE = (121.22, 31.31)
COLUMN, ROW = (to_world(np.array([MIDDLE]))[0] * 2**13).astype(int).tolist()
TILE = Tile(13, COLUMN, ROW)
PATH = f"/v1/hazards/tiles/{TILE.zoom}/{TILE.column}/{TILE.row}.png"


@pytest.fixture
def hazards(squares: Engine) -> Iterator[Engine]:
    with squares.begin() as connection:
        connection.execute(text("DELETE FROM gisgrid.hazard"))
        made_up(2_000).write(connection)
    yield squares


def picture(client: TestClient, query: str = "", path: str = PATH) -> NDArray[np.uint8]:
    answer = client.get(path + query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "image/png"
    return np.asarray(Image.open(io.BytesIO(answer.content)).convert("RGBA"))


def expected(engine: Engine, wanted: HazardFilter, days: float) -> NDArray[np.uint8]:
    """The picture of what a query finds in a period of some days."""
    with engine.connect() as connection:
        frame = hazard_events(connection, wanted)
    events = Events.of(frame["lon"], frame["lat"], np.zeros(len(frame)), np.zeros(len(frame)))
    density = tile_density(events, Selection(), TILE, 300.0) / (days / 365.25)
    return palette()[colours(density, STEPS)]


def recorded_days(engine: Engine) -> float:
    with engine.connect() as connection:
        found = hazard_events(connection)["found_at"].dropna().dt.floor("s")
    return (found.max() - found.min()).total_seconds() / 86_400


def test_a_tile_shows_what_is_on_record(hazards: Engine, client: TestClient) -> None:
    shown = picture(client)
    assert (shown == expected(hazards, HazardFilter(), recorded_days(hazards))).all()
    assert shown[..., 3].max() > 200
    assert not picture(client, path="/v1/hazards/tiles/13/0/0.png")[..., 3].any()


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("?category=fire&category=b%5Cc", HazardFilter(categories=("fire", "b\\c"))),
        ("?severity=3&state=open", HazardFilter(severities=(3,), states=("open",))),
        ("?found_by=discovered", HazardFilter(found_by="discovered")),
        ("?found_by=reported&category=", HazardFilter(found_by="reported", categories=("",))),
    ],
)
def test_filters_leave_what_a_query_finds(
    hazards: Engine, client: TestClient, query: str, wanted: HazardFilter
) -> None:
    assert (picture(client, query) == expected(hazards, wanted, recorded_days(hazards))).all()


def test_a_period_is_drawn_per_year_of_its_own(hazards: Engine, client: TestClient) -> None:
    since, until = datetime(2024, 3, 1, tzinfo=UTC), datetime(2024, 3, 31, tzinfo=UTC)
    shown = picture(client, "?since=2024-03-01T08:00%2B08:00&until=2024-03-31T00:00Z")
    assert (shown == expected(hazards, HazardFilter(since=since, until=until), 30)).all()


def test_the_radius_and_the_limits_are_as_asked(hazards: Engine, client: TestClient) -> None:
    wide, narrow = picture(client, "?radius=1000")[..., 3], picture(client, "?radius=50")[..., 3]
    assert (wide > 0).sum() > 1.5 * (narrow > 0).sum()
    assert not picture(client, "?steps=1e4,2e4,3e4,4e4,5e4,6e4")[..., 3].any()


def test_a_change_is_drawn_at_once(hazards: Engine, client: TestClient) -> None:
    before = client.get(PATH)
    again = client.get(PATH, headers={"If-None-Match": before.headers["etag"]})
    assert again.status_code == 304
    assert before.headers["cache-control"].startswith("private")
    with hazards.begin() as connection:
        connection.execute(text("DELETE FROM gisgrid.hazard WHERE category = 'fire'"))
    after = client.get(PATH, headers={"If-None-Match": before.headers["etag"]})
    assert after.status_code == 200
    assert after.content != before.content
    assert (picture(client) == expected(hazards, HazardFilter(), recorded_days(hazards))).all()


def test_confidential_ones_never_make_a_difference(hazards: Engine, client: TestClient) -> None:
    before = picture(client)
    with hazards.begin() as connection:
        rows = made_up(2_000, 2)
        rows.frame["confidential"] = True
        rows.write(connection)
    assert (picture(client) == before).all()
    with hazards.begin() as connection:
        connection.execute(text("UPDATE gisgrid.hazard SET confidential = false"))
    assert (picture(client) != before).any()


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/hazards/tiles/23/0/0.png", 404),
        ("/v1/hazards/tiles/3/8/0.png", 404),
        ("/v1/hazards/tiles/-1/0/0.png", 404),
        (f"{PATH}?radius=1", 422),
        (f"{PATH}?radius=nan", 422),
        (f"{PATH}?severity=4", 422),
        (f"{PATH}?found_by=nobody", 422),
        (f"{PATH}?since=2024-05-01&until=2024-05-01", 422),
        (f"{PATH}?since=yesterday", 422),
        (f"{PATH}?steps=1,2,3", 422),
        (f"{PATH}?steps=1,2,3,4,5,e", 422),
        (f"{PATH}?steps=6,5,4,3,2,1", 422),
        (f"{PATH}?colour=red", 422),
    ],
)
def test_what_cannot_be_drawn_is_refused(client: TestClient, path: str, status: int) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("application/problem+json")


def moment(engine: Engine) -> str:
    with snapshot(engine) as connection:
        return moment_of(connection)


def test_a_moment_lasts_until_something_is_written(squares: Engine) -> None:
    before = moment(squares)
    assert moment(squares) == before
    with squares.begin() as connection:
        made_up(1).write(connection)
    assert moment(squares) != before


def test_where_a_comparison_takes_long_nobody_waits_for_it(
    hazards: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The state before is served, and soon the new one."""
    monkeypatch.setattr("api.hazards.shadow._QUICK", -1.0)
    monkeypatch.setattr("api.hazards.shadow._REST", 0)
    shadow = HazardShadow(hazards, ("patrol",))
    try:
        before = shadow.present(moment(hazards))
        with hazards.begin() as connection:
            made_up(500, 7).write(connection)
        now = moment(hazards)
        assert shadow.present(now) is before
        deadline = time.monotonic() + 30
        while shadow.present(now) is before:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        assert len(shadow.present(now)) > len(before)
    finally:
        shadow.stop()


def test_what_changed_elsewhere_is_no_reason_to_read_again(hazards: Engine) -> None:
    shadow = HazardShadow(hazards, ("patrol",))
    try:
        before = shadow.present(moment(hazards))
        with hazards.begin() as connection:
            connection.execute(text("CREATE TABLE something_else ()"))
        assert shadow.present(moment(hazards)) is before
    finally:
        shadow.stop()
