"""The quick endpoint and the route behind it say the same, to the byte."""

from __future__ import annotations

import json
import math
from datetime import UTC
from typing import Any

import numpy as np
import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from starlette.testclient import TestClient

from api.quick import plain_point
from gisgrid.store import clock
from gisgrid.store.owners import resolve_point

from .district import SOUTH, STEP, WEST
from .test_resolve import expected

ONE_SERVER = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


async def _ask(
    app: FastAPI, query: bytes, method: str, headers: list[tuple[bytes, bytes]]
) -> tuple[int, dict[bytes, bytes], bytes]:
    """Call the application with a query as it is; a client would mend it first."""
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": "/v1/resolve",
        "raw_path": b"/v1/resolve",
        "root_path": "",
        "query_string": query,
        "headers": [(b"host", b"test"), *headers],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "state": {},
    }
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    await app(scope, receive, send)
    body = b"".join(one.get("body", b"") for one in sent[1:])
    return sent[0]["status"], dict(sent[0]["headers"]), body


def ask(
    client: TestClient, query: bytes, method: str = "GET", **headers: str
) -> tuple[int, dict[bytes, bytes], bytes]:
    given = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    assert client.portal is not None
    return client.portal.call(_ask, client.app, query, method, given)  # type: ignore[arg-type]


def generally(client: TestClient, query: bytes, method: str = "GET", **headers: str) -> Any:
    """The answer of the route behind."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("api.quick.plain_point", lambda query: None)
        return ask(client, query, method, **headers)


# Lines and corners of the lattice, what lies one float beside them, and anywhere.
_LINES = st.sampled_from([-0.5, 0.0, 0.5, 0.5 + 1e-7, 1.0, 1.5, 2.0, 3.0])
_ULP = st.sampled_from([-math.inf, None, math.inf])


@st.composite
def coordinate(draw: st.DrawFn, origin: float) -> float:
    """A longitude or latitude in or about the small district."""
    steps = draw(st.one_of(_LINES, st.floats(-0.2, 3.2, allow_nan=False)))
    value = origin + steps * STEP
    towards = draw(_ULP)
    return value if towards is None else float(np.nextafter(value, towards))


@given(lon=coordinate(WEST), lat=coordinate(SOUTH))
@ONE_SERVER
def test_index_route_sql_and_geos_agree(
    client: TestClient, squares: Engine, lon: float, lat: float
) -> None:
    query = f"lon={lon!r}&lat={lat!r}".encode()
    assert plain_point(query) == (lon, lat)
    quick, general = ask(client, query), generally(client, query)
    assert quick == general
    found = json.loads(quick[2])
    with squares.connect() as connection:
        by_sql = resolve_point(connection, lon, lat, clock.now(connection, UTC))
    owners = [*by_sql.grids, *([by_sql.police] if by_sql.police else [])]
    said = [*found["grids"], *([found["police"]] if found["police"] else [])]
    assert said == [
        {
            "level": one.level,
            "code": one.code,
            "name": one.name,
            "path": list(one.path),
            "border": one.border,
        }
        for one in owners
    ]
    assert (found["status"], found["nested"], tuple(found["missing"])) == (
        by_sql.status,
        by_sql.nested,
        by_sql.missing,
    )
    assert {one["level"]: one["code"] for one in said} == {
        name: code
        for name in ("area", "unit", "micro", "police")
        if (code := expected(name, lon, lat)) is not None
    }


_NUMBERS = st.one_of(
    st.floats(-200, 200).map(repr),
    st.integers(-400, 400).map(str),
    st.sampled_from(
        [
            "", "+121.2", "%2B121.2", "121.2+", "1e2", "1E+2", "nan", "inf", "-inf", "-0",
            "00121.2", "121.", ".5", "121,2", "0x1A", "1_000", "1" * 400, "0." + "1" * 400,
            "%31%32%31", "%EF%BC%91", "%ff", "%00", "%", "121.2%20", "true", "null", "[1]", "١٢١",
        ]
    ),
)  # fmt: skip
_NAMES = st.sampled_from(["lon", "lat", "lon", "lat", "crs", "at", "srs", "LON", "l%6Fn", "lon[]"])
_PAIRS = st.one_of(
    st.tuples(_NAMES, _NUMBERS).map("=".join),
    _NUMBERS.map(lambda value: f"lon={value}"),
    _NUMBERS.map(lambda value: f"lat={value}"),
    st.sampled_from(["lon", "lat", "", "crs=wgs84", "crs=gcj02", "crs=", "at=", "at=today"]),
)
_QUERIES = st.one_of(
    st.lists(_PAIRS, max_size=4).map("&".join),
    st.tuples(_NUMBERS, _NUMBERS).map(lambda pair: f"lon={pair[0]}&lat={pair[1]}"),
)


@given(query=_QUERIES)
@example("lon=121.2&lat=31.3&lon=121.2")
@example("lon=121.2&lat=31.3&")
@example("lon=181&lat=0")
@example("lon=-0&lat=-0.0")
@example("lon=007&lat=01.50")
@example("lat=31.3&lon=121.2")
@ONE_SERVER
def test_odd_parameters_are_read_by_one_set_of_rules(client: TestClient, query: str) -> None:
    raw = query.encode()
    assert ask(client, raw) == generally(client, raw)


@pytest.mark.parametrize(
    ("query", "point"),
    [
        (b"lon=121.2&lat=31.3", (121.2, 31.3)),
        (b"lon=-180&lat=-90", (-180.0, -90.0)),
        (b"lon=180.00000000000001&lat=0", (180.0, 0.0)),
        (b"lon=180.1&lat=0", None),
        (b"lat=31.3&lon=121.2", None),
        (b"lon=121.2&lat=31.3\n", None),
        (b"lon=1e2&lat=0", None),
        ("lon=١&lat=0".encode(), None),
    ],
)
def test_only_plain_figures_take_the_short_way(
    query: bytes, point: tuple[float, float] | None
) -> None:
    assert plain_point(query) == point


def test_head_and_304_are_the_same_on_both_ways(client: TestClient) -> None:
    query = f"lon={WEST}&lat={SOUTH}".encode()
    for way in (ask, generally):
        status, headers, body = way(client, query)
        assert (status, len(body)) == (200, int(headers[b"content-length"]))
        # The server leaves the body of a HEAD away.
        assert way(client, query, "HEAD")[:2] == (status, headers)
        tag = headers[b"etag"].decode()
        status, again, nothing = way(client, query, if_none_match=f'"x", W/{tag}')
        assert (status, nothing, again[b"etag"]) == (304, b"", headers[b"etag"])
        assert b"content-type" not in again
        assert b"content-security-policy" not in again
        assert way(client, query, if_none_match='"x"')[0] == 200
    assert ask(client, query, "HEAD", if_none_match="*") == generally(
        client, query, "HEAD", if_none_match="*"
    )


def test_other_methods_are_refused(client: TestClient) -> None:
    for method in ("POST", "DELETE", "OPTIONS"):
        assert ask(client, b"lon=1&lat=1", method)[0] == 405


def test_before_the_boundaries_are_read_it_is_a_problem(client: TestClient) -> None:
    app: Any = client.app
    following, app.state.service.following = app.state.service.following, None
    try:
        quick, general = ask(client, b"lon=1&lat=1"), generally(client, b"lon=1&lat=1")
    finally:
        app.state.service.following = following
    assert quick == general
    assert quick[0] == 503
