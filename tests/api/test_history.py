"""The past over HTTP: histories, the feed of changes, and the stream of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPResponse, IncompleteRead
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

import pytest
from sqlalchemy import Connection, Engine, update
from starlette.testclient import TestClient

from api.app import create_app
from gisgrid.settings import Settings
from gisgrid.store import clock, plans
from gisgrid.store.publish import publish
from gisgrid.store.tables import plan

from .conftest import serving
from .district import level
from .hammering import swap
from .waiting import until_served


def test_the_history_of_a_grid(client: TestClient, squares: Engine) -> None:
    swap(squares)
    answer = client.get("/v1/grids/101001001/history")
    found = answer.json()
    assert answer.status_code == 200
    assert found["revision"] == 5
    assert [one["revision"] for one in found["boundaries"]] == [3, 5]
    assert found["boundaries"][0]["valid_from"] == "2024-01-01T08:00:00+08:00"
    assert [one["target"] for one in found["went_into"]] == ["101001002"]
    assert found["went_into"][0]["area_share"] == pytest.approx(1.0)
    again = client.get(
        "/v1/grids/101001001/history", headers={"If-None-Match": answer.headers["ETag"]}
    )
    assert again.status_code == 304


def test_changes_come_a_page_at_a_time(client: TestClient, squares: Engine) -> None:
    swap(squares)
    seen = []
    address = "/v1/changes?limit=2"
    while address:
        answer = client.get(address)
        page = answer.json()
        seen += [one["revision"] for one in page["changes"]]
        assert ("Link" in answer.headers) == (page["next"] is not None)
        address = page["next"]
    assert seen == [1, 2, 3, 4, 5]
    last = client.get("/v1/changes?after=4").json()["changes"][0]
    assert {tuple(one["kinds"]) for one in last["grids"]} == {("reshaped",)}
    assert {(one["source"], one["target"]) for one in last["lineage"]} == {
        ("101001001", "101001002"),
        ("101001002", "101001001"),
    }


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/v1/grids/NOPE/history", 404),
        ("/v1/grids/101/history?at=2024-01-01", 422),
        ("/v1/changes?after=-1", 422),
        ("/v1/changes?limit=101", 422),
        ("/v1/changes?since=3", 422),
        ("/v1/changes/stream?after=x", 422),
    ],
)
def test_what_cannot_be_asked_is_a_problem(client: TestClient, address: str, status: int) -> None:
    answer = client.get(address)
    assert answer.status_code == status
    assert answer.headers["Content-Type"].startswith("application/problem+json")


def test_a_last_event_that_is_no_revision_is_a_problem(client: TestClient) -> None:
    for text in ("five", "-1", "9" * 40, "²"):
        header = {"Last-Event-ID": text.encode()}
        assert client.get("/v1/changes/stream", headers=header).status_code == 422


@contextmanager
def listening(address: str, path: str, **headers: str) -> Iterator[HTTPResponse]:
    """A stream that has begun."""
    connection = HTTPConnection(urlsplit(address).netloc, timeout=60)
    connection.request("GET", path, headers=headers)
    with closing(connection), connection.getresponse() as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        assert answer.readline() + answer.readline() == b": ping\n\n"
        yield answer


def events(answer: HTTPResponse) -> Iterator[tuple[int, Any]]:
    """The events of a stream, each with its id and data."""
    event: dict[str, str] = {}
    for line in answer:
        name, _, value = line.decode().strip().partition(": ")
        if name:
            event[name] = value
        elif "id" in event:
            yield int(event["id"]), json.loads(event["data"])
            event = {}


def test_a_stream_tells_of_a_publish_and_goes_on_where_it_was_cut_off(
    address: str, squares: Engine
) -> None:
    with listening(address, "/v1/changes/stream") as answer:
        swap(squares)
        number, content = next(events(answer))
    assert (number, content["revision"]) == (5, 5)
    swap(squares)
    swap(squares)
    last = {"Last-Event-ID": "5"}
    with listening(address, "/v1/changes/stream", **last) as answer:
        assert [number for number, _ in islice(events(answer), 2)] == [6, 7]
    with listening(address, "/v1/changes/stream?after=0") as answer:
        assert [number for number, _ in islice(events(answer), 7)] == list(range(1, 8))


def test_an_open_stream_does_not_keep_a_server_from_stopping(
    squares: Engine, settings: Settings
) -> None:
    with ExitStack() as open_:
        with serving(create_app(settings, engine=squares, demo=True)) as address:
            answer = open_.enter_context(listening(address, "/v1/changes/stream"))
        with pytest.raises(IncompleteRead):
            answer.read()


def moment_from_now(connection: Connection, seconds: float) -> datetime:
    """By the database's clock."""
    return clock.now(connection, UTC) + timedelta(seconds=seconds)


def test_a_running_server_puts_a_plan_in_force_on_its_day(
    client: TestClient, squares: Engine
) -> None:
    renamed = level("unit").iloc[[0]].assign(name="明日坊")
    with squares.begin() as connection:
        plan_id = plans.add(
            connection,
            name="later",
            level="unit",
            frame=renamed,
            effective_at=moment_from_now(connection, 3600),
        )
        assert publish(connection, plan_id, overlap_tolerance_m2=1.0).scheduled
    assert client.get("/v1/grids/101001").json()["name"] != "明日坊"
    with squares.begin() as connection:
        day = moment_from_now(connection, 1)
        connection.execute(update(plan).where(plan.c.id == plan_id).values(effective_at=day))
    until_served(client, 5)
    assert client.get("/v1/grids/101001").json()["name"] == "明日坊"
    change = client.get("/v1/changes?after=4").json()["changes"][0]
    assert change["plan"] == plan_id
    assert change["effective_at"] == day.astimezone(Settings().zone).isoformat()
