"""Batches in CSV and Arrow, and all kinds beside each other."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal
from typing import Any
from urllib.parse import unquote

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from starlette.testclient import TestClient

from api.app import create_app
from api.batch.kinds import ARROW, CSV, JSON, KINDS, answer_kind
from gisgrid.geometry.crs import Crs, from_wgs84
from gisgrid.settings import Settings
from gisgrid.store.imports import begin
from gisgrid.store.notices import SAMPLE_NOTICE, SAMPLE_NOUN

from .district import SOUTH, STEP, WEST, level, put
from .waiting import until

COLUMNS = ["status", "area", "unit", "micro", "error"]
INSIDE = (WEST + 0.2 * STEP, SOUTH + 0.2 * STEP)
OUTSIDE = (WEST + 9 * STEP, SOUTH)
Rows = list[dict[str, str | None]]


def stream(table: pa.Table, rows: int | None = None, **options: Any) -> bytes:
    """A table as an Arrow IPC stream, in batches of so many rows."""
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(**options)) as made:
        made.write_table(table, max_chunksize=rows)
    return sink.getvalue()


def arrow(points: list[tuple[float | None, float | None]], rows: int | None = None) -> bytes:
    lon, lat = zip(*points, strict=True) if points else ((), ())
    kind = pa.float64()
    return stream(pa.table({"lon": pa.array(lon, kind), "lat": pa.array(lat, kind)}), rows)


def comma(points: list[tuple[Any, Any]]) -> bytes:
    lines = ["lon,lat", *(f"{_cell(lon)},{_cell(lat)}" for lon, lat in points)]
    return "\r\n".join(lines).encode()


def _cell(value: Any) -> str:
    return "" if value is None else repr(value)


def post(client: TestClient, body: bytes, kind: str, accept: str = "", address: str = "") -> Any:
    headers = {"Content-Type": kind, "Accept": accept}
    return client.post(f"/v1/resolve/batch{address}", content=body, headers=headers)


def rows_of(answer: Any) -> Rows:
    """The rows of an answer of any kind."""
    assert answer.status_code == 200, answer.text
    kind = answer.headers["content-type"].partition(";")[0]
    if kind == JSON:
        found: Rows = answer.json()["rows"]
        return found
    if kind == CSV:
        read = csv.DictReader(io.StringIO(answer.content.decode(), newline=""))
        assert read.fieldnames == COLUMNS
        return [{name: value or None for name, value in row.items()} for row in read]
    assert kind == ARROW
    table = pa.ipc.open_stream(answer.content).read_all()
    assert table.column_names == COLUMNS
    listed: Rows = table.to_pylist()
    return listed


_EDGE = st.sampled_from([0.0, 0.5, 1.0, 2.0])
_NUMBER = st.one_of(st.floats(-0.2, 2.6, allow_nan=False), _EDGE)
_POINT = st.one_of(
    st.tuples(_NUMBER.map(lambda x: WEST + x * STEP), _NUMBER.map(lambda y: SOUTH + y * STEP)),
    st.sampled_from([(None, SOUTH), (WEST, None), (None, None), (WEST, 91.0), (1e300, 0.0)]),
)


@given(points=st.lists(_POINT, max_size=15), rows=st.integers(1, 7))
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_all_kinds_say_the_same_in_the_same_order(
    client: TestClient, monkeypatch: Any, points: list[tuple[Any, Any]], rows: int
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        # Answers of many blocks, cut elsewhere than the batches that came.
        patch.setattr("api.batch.rows._BLOCK", 3)
        patch.setattr("api.batch.csv_points._BLOCK", 4)
        bodies = {
            JSON: json.dumps({"points": points}).encode(),
            CSV: comma(points),
            ARROW: arrow(points, rows),
        }
        said = [
            rows_of(post(client, body, kind, accept))
            for kind, body in bodies.items()
            for accept in KINDS
        ]
    assert all(one == said[0] for one in said)
    assert len(said[0]) == len(points)
    for (lon, lat), row in zip(points, said[0], strict=True):
        if lon is None or lat is None or abs(lon) > 180 or abs(lat) > 90:
            assert row["status"] == "error"
            assert row["error"]
            assert not (row["area"] or row["unit"] or row["micro"])
        else:
            single = client.get(f"/v1/resolve?lon={lon!r}&lat={lat!r}").json()
            codes = {grid["level"]: grid["code"] for grid in single["grids"]}
            assert row == {
                "status": single["status"],
                **{name: codes.get(name) for name in ("area", "unit", "micro")},
                "error": None,
            }


@pytest.mark.parametrize("kind", KINDS)
def test_an_answer_says_what_it_was_drawn_from(
    client: TestClient, squares: Engine, kind: str
) -> None:
    with squares.begin() as connection:
        begin(connection, noun=SAMPLE_NOUN, source="made up", crs="wgs84")
    until(lambda: "notice" in client.get("/v1/resolve?lon=0&lat=0").json())
    answer = post(client, arrow([INSIDE]), ARROW, kind, "?at=2024-06-01&crs=EPSG:4326")
    headers = answer.headers
    assert headers["gisgrid-revision"] == "4"
    assert headers["gisgrid-crs"] == "wgs84"
    assert unquote(headers["gisgrid-at"]) == "2024-06-01T00:00:00+08:00"
    assert unquote(headers["gisgrid-notice"]) == SAMPLE_NOTICE
    assert headers["etag"].startswith('"r4-')
    assert headers["cache-control"] == "private, no-cache"
    said = {"revision": "4", "crs": "wgs84", "at": "2024-06-01T00:00:00+08:00"}
    said["notice"] = SAMPLE_NOTICE
    if kind == ARROW:
        metadata = pa.ipc.open_stream(answer.content).schema.metadata
        assert {name.decode(): value.decode() for name, value in metadata.items()} == said
    if kind == JSON:
        found = answer.json()
        assert {name: str(found[name]) for name in said} == said


def test_the_tag_differs_by_what_was_asked_and_by_the_kind(client: TestClient) -> None:
    asked = [
        post(client, arrow([INSIDE]), ARROW),
        post(client, arrow([OUTSIDE]), ARROW),
        post(client, arrow([INSIDE]), ARROW, CSV),
        post(client, arrow([INSIDE]), ARROW, "", "?crs=gcj02"),
        post(client, arrow([INSIDE]), ARROW, "", "?at=2024-06-01"),
    ]
    assert len({answer.headers["etag"] for answer in asked}) == len(asked)
    again = post(client, arrow([INSIDE]), ARROW)
    assert (again.headers["etag"], again.content) == (asked[0].headers["etag"], asked[0].content)


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("", ARROW),
        ("*/*", ARROW),
        ("text/html", ARROW),
        ("text/csv; q=0.5", CSV),
        ("text/html, Application/JSON;q=0.1, text/csv", JSON),
    ],
)
def test_the_first_kind_that_accept_names_is_answered(accept: str, kind: str) -> None:
    assert answer_kind(accept, ARROW) == kind


@pytest.mark.parametrize(
    ("kind", "encoding"),
    [("", ""), ("text/plain", ""), ("application/x-www-form-urlencoded", ""), (CSV, "gzip")],
)
def test_another_kind_of_body_is_a_415(client: TestClient, kind: str, encoding: str) -> None:
    headers = {"Content-Type": kind, **({"Content-Encoding": encoding} if encoding else {})}
    answer = client.post("/v1/resolve/batch", content=b"lon,lat\n1,2", headers=headers)
    assert answer.status_code == 415
    assert answer.headers["content-type"] == "application/problem+json"
    assert encoding or CSV in answer.json()["fix"]


@pytest.mark.parametrize("body", [arrow([]), b"lon,lat\n", b"lon,lat", b'{"points": []}'])
@pytest.mark.parametrize("accept", KINDS)
def test_an_empty_batch_has_no_rows_in_any_kind(
    client: TestClient, body: bytes, accept: str
) -> None:
    kind = {b"l": CSV, b"{": JSON}.get(body[:1], ARROW)
    assert rows_of(post(client, body, kind, accept)) == []


def test_the_system_and_the_date_are_stated_once(client: TestClient) -> None:
    x, y = (float(one) for one in from_wgs84(*INSIDE, Crs.parse("bd09")))
    body = {"points": [[x, y]]}
    for sent, address in (({**body, "crs": "bd09"}, ""), (body, "?crs=bd09")):
        answer = post(client, json.dumps(sent).encode(), JSON, "", address)
        assert answer.json()["crs"] == "bd09"
        assert answer.json()["rows"][0]["micro"] == "101001001"
    twice = post(client, json.dumps({**body, "crs": "bd09"}).encode(), JSON, "", "?crs=bd09")
    assert twice.status_code == 422
    assert "stated twice" in twice.json()["detail"]
    assert rows_of(post(client, comma([(x, y)]), CSV, "", "?crs=bd09"))[0]["micro"] == "101001001"
    for crs in ("mars", ""):
        assert post(client, comma([]), CSV, "", f"?crs={crs}").status_code == 422
    assert post(client, comma([]), CSV, "", "?srs=wgs84").status_code == 422
    assert post(client, comma([]), CSV, "", "?at=soon").status_code == 422


def test_a_csv_keeps_its_ids_and_says_what_is_wrong_with_a_row(client: TestClient) -> None:
    lon, lat = INSIDE
    body = (
        f"\ufeffid;name;lat;lon\r\n7;甲;{lat};{lon}\r\n\r\n=1+1;乙;{lat};east\r\n"
        f'8;丙;{lat}\r\n9;"丁\n戊"; {lat} ;{lon}\r\n10;己;;{lon}\r\n11;庚;nan;inf\r\n'
    )
    answer = post(client, body.encode(), CSV)
    assert answer.headers["content-type"].startswith(CSV)
    read = list(csv.DictReader(io.StringIO(answer.content.decode(), newline="")))
    assert [(row["id"], row["status"], row["micro"]) for row in read] == [
        ("7", "inside", "101001001"),
        ("'=1+1", "error", ""),
        ("", "error", ""),
        ("9", "inside", "101001001"),
        ("10", "error", ""),
        ("11", "error", ""),
    ]
    assert "3 cells where the header has 4" in read[2]["error"]
    assert {read[at]["error"] for at in (1, 4, 5)} == {"lon and lat are not two numbers"}


def test_a_code_is_no_formula_in_a_spreadsheet(client: TestClient, squares: Engine) -> None:
    frame = level("micro").iloc[[0]].assign(code="=HYPERLINK(1)")
    with squares.begin() as connection:
        put(connection, "micro", frame, replaces="101001")
    until(lambda: client.get("/v1/resolve?lon=0&lat=0").json()["revision"] == 5)
    found = post(client, comma([INSIDE]), CSV).content.decode()
    assert "'=HYPERLINK(1)" in found


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "columns 'lon'"),
        (b"x,y\n1,2", "columns 'lon'"),
        (b"lon,lat,lon\n1,2,3", "2 columns 'lon'"),
        (b"lon,lat\n1,\xff\n", "not UTF-8"),
        ("lon,lat\n1,2\n".encode("utf-16"), "UTF-8"),
        (b'lon,lat\n1,2\n"1,2\n3,4\n', "line 3: a quote is not closed"),
        (b'lon,lat\n1,2\n3,"4', "line 3: a quote is not closed"),
        (b'lon,lat\n"1,2\n3,4\n"5",6\n', "line 2: a quote is not closed"),
        (b'id,lon,lat\n"a,1,2\nb,3,4\n",5\n', "line 2: a quote is not closed"),
        (b'lon,lat\n"1,2\n' + b"3,4\n" * 40_000 + b'"5",6\n', "line 2: a quote is not closed"),
    ],
)
def test_a_csv_that_cannot_be_read_is_a_problem(client: TestClient, body: bytes, says: str) -> None:
    answer = post(client, body, CSV)
    assert answer.status_code == 422
    assert says in answer.json()["detail"]


LON, LAT = INSIDE
COLUMN_TYPES = [
    pa.array([LON], pa.float64()),
    pa.array([str(LON)]),
    pa.array([str(LON)], pa.large_string()),
    pa.array([LON]).dictionary_encode(),
    pa.array([str(LON)]).dictionary_encode(),
    pa.array([Decimal("121.202")]),
]


@pytest.mark.parametrize("column", COLUMN_TYPES, ids=lambda column: str(column.type))
def test_numbers_of_any_type_are_read(client: TestClient, column: pa.Array) -> None:
    body = stream(pa.table({"kind": ["x"], "lat": [LAT], "lon": column}))
    assert rows_of(post(client, body, ARROW))[0]["micro"] == "101001001"


def test_whole_and_single_numbers_nulls_and_text_that_is_none(client: TestClient) -> None:
    for column in (
        pa.array([121], pa.uint8()),
        pa.array([121.2], pa.float32()),
    ):
        body = stream(pa.table({"lon": column, "lat": [LAT]}))
        assert rows_of(post(client, body, ARROW))[0]["status"] in ("inside", "outside")
    for column in (
        pa.nulls(2),
        pa.array([None, float("nan")]),
        pa.array(["east", None]),
        pa.array([None, 2], pa.int64()).cast(pa.string()),
    ):
        body = stream(pa.table({"lon": column, "lat": pa.array([LAT, 900.0])}))
        assert [row["status"] for row in rows_of(post(client, body, ARROW))] == ["error"] * 2


def broken_bodies() -> dict[str, bytes]:
    whole = arrow([INSIDE] * 1000, 100)
    table = pa.table({"lon": np.zeros(10), "lat": np.zeros(10)})
    file = io.BytesIO()
    with pa.ipc.new_file(file, table.schema) as made:
        made.write_table(table)
    return {
        "nothing": b"",
        "text": b"lon,lat\n1,2\n" * 50,
        "a file": file.getvalue(),
        "cut in the schema": whole[:40],
        "cut in a batch": whole[: len(whole) // 2],
        "one column": stream(pa.table({"lon": [1.0]})),
        "two of one name": stream(pa.table([[1.0], [1.0], [1.0]], names=["lon", "lat", "lon"])),
        "dates": stream(pa.table({"lon": pa.array([1], pa.timestamp("s")), "lat": [1.0]})),
        "lists": stream(pa.table({"lon": [[1.0]], "lat": [1.0]})),
        "zstd": stream(table, compression="zstd"),
        "lz4 in a dictionary": stream(
            pa.table({"lon": pa.array(["1"] * 9).dictionary_encode(), "lat": [1.0] * 9}),
            compression="lz4",
        ),
    }


@pytest.mark.parametrize("body", broken_bodies().values(), ids=broken_bodies().keys())
def test_a_stream_that_cannot_be_read_is_a_problem(client: TestClient, body: bytes) -> None:
    answer = post(client, body, ARROW)
    assert answer.status_code == 422, answer.content[:300]
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["fix"]


# The second byte of a column's name.
@example(cut=1, flip=156, value=128)
@given(cut=st.integers(0, 5000), flip=st.integers(0, 5000), value=st.integers(0, 255))
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_damage_to_a_stream_is_more_than_a_problem(
    client: TestClient, cut: int, flip: int, value: int
) -> None:
    table = pa.table({"lon": ["1"] * 20, "lat": np.ones(20)})
    body = bytearray(stream(table, 5))
    body[flip % len(body)] = value
    answer = post(client, bytes(body[: cut if cut % 3 == 0 else None]), ARROW, JSON)
    assert answer.status_code in (200, 413, 422)


@pytest.mark.parametrize("kind", KINDS)
def test_past_a_limit_nothing_is_answered(squares: Engine, settings: Settings, kind: str) -> None:
    def body(points: int) -> bytes:
        listed: list[tuple[Any, Any]] = [INSIDE] * points
        made = {JSON: json.dumps({"points": listed}).encode(), CSV: comma(listed)}
        return made.get(kind) or arrow(listed, 7)

    settings.batch_limit = 1000
    settings.body_limit_bytes = len(body(1100))
    with TestClient(create_app(settings, engine=squares, demo=True)) as client:
        assert len(rows_of(post(client, body(1000), kind))) == 1000
        for count, says in ((1001, "limit of 1,000"), (1200, "bytes")):
            answer = post(client, body(count), kind)
            assert answer.status_code == 413
            assert answer.headers["content-type"] == "application/problem+json"
            assert says in answer.json()["detail"]


def test_of_a_body_that_is_too_long_the_rest_is_not_read(
    squares: Engine, settings: Settings
) -> None:
    settings.body_limit_bytes = 100_000
    pulled = []

    def endless() -> Any:
        yield b"lon,lat\n"
        for number in range(1000):
            pulled.append(number)
            yield b"1,2\n" * 5000

    with TestClient(create_app(settings, engine=squares, demo=True)) as client:
        answer = client.post("/v1/resolve/batch", content=endless(), headers={"Content-Type": CSV})
    assert answer.status_code == 413
