"""Addresses in words over HTTP, on the sample district: one application for all."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pytest
from sqlalchemy import Engine, func, select
from starlette.testclient import TestClient

from api.app import create_app
from gisgrid.settings import Settings
from gisgrid.store.tables import address
from tests.payloads import PAYLOADS

PILOT = "上海市嘉定区马陆镇白银路288弄12号"
JSON, CSV, ARROW = "application/json", "text/csv", "application/vnd.apache.arrow.stream"


@pytest.fixture(scope="module")
def client(sample: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    settings = Settings(home=tmp_path_factory.mktemp("home"), batch_limit=500)
    with TestClient(
        create_app(settings, engine=sample, demo=True),
        client=("127.0.0.1", 50_000),
        base_url="http://127.0.0.1",
    ) as made:
        yield made


@pytest.fixture(scope="module")
def standard(sample: Engine) -> list[tuple[str, float, float]]:
    """Some addresses of the record with their points."""
    point = address.c.point
    query = select(address.c.text, func.ST_X(point), func.ST_Y(point))
    with sample.connect() as connection:
        rows = connection.execute(query.where(address.c.id % 1_700 == 1).order_by(address.c.id))
        return [(row[0], row[1], row[2]) for row in rows]


def ask(client: TestClient, text: str, **more: Any) -> dict[str, Any]:
    answer = client.get("/v1/resolve", params={"address": text, **more})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_a_standard_address_is_itself_and_lies_where_its_point_lies(
    client: TestClient, standard: list[tuple[str, float, float]]
) -> None:
    assert len(standard) > 20
    for text, lon, lat in standard:
        found = ask(client, text)
        best = found["candidates"][0]
        assert (found["status"], best["address"], best["point"]) == ("found", text, [lon, lat])
        assert best["score"] >= 0.9
        point = client.get("/v1/resolve", params={"lon": lon, "lat": lat}).json()
        for name in ("status", "grids", "missing", "nested", "police"):
            assert best[name] == point[name], name
        assert found["grids"] == point["grids"]
        assert found["revision"] == point["revision"]


def test_what_was_read_is_given_back(client: TestClient) -> None:
    found = ask(client, "嘉定区马陆镇白银路２８８弄十二号301室")
    assert found["candidates"][0]["address"] == PILOT
    assert (found["reason"], found["crs"]) == ("", "wgs84")
    assert found["read"]["numbers"] == {"lane": "288", "number": "12", "room": "301"}
    assert "白银路" in "".join(found["read"]["names"])


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("马陆白银一坊12号", "ambiguous"),
        ("白银路288弄99999号", "unknown"),
        ("甘肃省白银市白银区人民路1号", "outside"),
        ("上海市宝山区白银路288弄12号", "outside"),
        ("", "unknown"),
        ("💩" * 200, "unknown"),
    ],
)
def test_what_is_not_certain_has_no_grids(client: TestClient, text: str, status: str) -> None:
    found = ask(client, text)
    assert (found["status"], found["grids"]) == (status, [])
    assert found["reason"]
    if status == "ambiguous":
        assert len(found["candidates"]) > 1
        assert all("12号" in one["address"] for one in found["candidates"])


def test_limit_bounds_the_candidates(client: TestClient) -> None:
    assert len(ask(client, "白银路12号", limit=1)["candidates"]) <= 1
    assert len(ask(client, "马陆白银一坊12号", limit=2)["candidates"]) == 2


def test_at_asks_for_the_grids_of_another_day(client: TestClient) -> None:
    past = ask(client, PILOT, at="1999-01-01")
    assert past["at"] == "1999-01-01T00:00:00+08:00"
    assert past["status"] == "found"
    assert past["candidates"][0]["status"] == "outside"
    assert past["grids"] == []
    now = ask(client, PILOT)
    assert ask(client, PILOT, at="9999-01-01")["grids"] == now["grids"]
    assert "at" not in now


@pytest.mark.parametrize(
    ("params", "says"),
    [
        ({}, "query.lon: is missing"),
        ({"lon": 121.2}, "query.lat: is missing"),
        ({"address": PILOT, "lon": 121.2, "lat": 31.3}, "is stated beside an address"),
        ({"address": PILOT, "crs": "gcj02"}, "is stated beside an address"),
        ({"lon": 121.2, "lat": 31.3, "limit": 3}, "is for an address"),
        ({"address": PILOT, "limit": 0}, "query.limit"),
        ({"address": PILOT, "text": "x"}, "there is no such parameter"),
        ({"address": PILOT, "at": "soon"}, "2024-09-15"),
        ({"address": "弄" * 5_000}, "at most 1000"),
        ({"address": "弄" * 900}, "at most 200"),
        ({"address": "白银路\x00"}, "NUL"),
    ],
)
def test_a_request_that_cannot_be_meant_is_a_problem(
    client: TestClient, params: dict[str, Any], says: str
) -> None:
    answer = client.get("/v1/resolve", params=params)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert says in answer.text


@pytest.mark.parametrize(
    "text", [*PAYLOADS, "a\tb\r\nc", "ﷺ" * 90, "路" * 199, "\u202e白银路", "'; --"]
)
def test_hostile_text_gets_an_answer(client: TestClient, text: str) -> None:
    for path, name in (("/v1/resolve", "address"), ("/v1/addresses/suggest", "text")):
        answer = client.get(path, params={name: text})
        assert answer.status_code in (200, 422), answer.text
        assert answer.headers["content-type"] in (JSON, "application/problem+json")


def test_an_answer_is_private_and_asked_for_again_by_its_tag(client: TestClient) -> None:
    for address_ in (f"/v1/resolve?address={PILOT}", "/v1/addresses/suggest?text=byl"):
        first = client.get(address_)
        assert first.headers["cache-control"] == "private, no-cache"
        assert first.headers["etag"].startswith('"r')
        again = client.get(address_, headers={"If-None-Match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
    assert client.head(f"/v1/resolve?address={PILOT}").status_code == 200


def test_no_address_is_logged_or_counted(
    client: TestClient, capsys: pytest.CaptureFixture[str]
) -> None:
    noted = io.StringIO()
    log = client.app.state.service.log  # type: ignore[attr-defined]
    stream, log._stream = log._stream, noted
    try:
        for text in (PILOT, "白银路288弄12号" * 50, "白银路288弄12号\x00"):
            client.get("/v1/resolve", params={"address": text})
        client.post("/v1/resolve/batch", json={"addresses": [PILOT]})
        log.flush()
    finally:
        log._stream = stream
    said = noted.getvalue() + client.get("/metrics").text
    assert "/v1/resolve" in said
    assert "白银" not in said
    assert "288" not in re.sub(r'"timestamp":"[^"]*"', "", noted.getvalue())


def test_what_is_typed_is_completed(client: TestClient) -> None:
    def lines(text: str, **more: Any) -> list[dict[str, str]]:
        answer = client.get("/v1/addresses/suggest", params={"text": text, **more})
        assert answer.status_code == 200
        found: list[dict[str, str]] = answer.json()["suggestions"]
        return found

    for typed in ("白银", "baiyin"):
        assert {"text": "白银路", "kind": "name", "town": "马陆镇"} in lines(typed)
    assert {"text": "白银路288弄", "kind": "lane", "town": ""} in lines("白银路28")
    assert PILOT in [one["text"] for one in lines("白银路288弄12")]
    assert len(lines("白银", limit=2)) == 2
    assert lines("") == []
    assert client.get("/v1/addresses/suggest", params={"text": "白", "limit": 0}).status_code == 422


def test_the_nearest_addresses_of_a_point(
    client: TestClient, standard: list[tuple[str, float, float]]
) -> None:
    text, lon, lat = standard[3]
    found = client.get("/v1/addresses/nearest", params={"lon": lon, "lat": lat, "limit": 3}).json()
    assert found["point"] == [lon, lat]
    assert found["addresses"][0] == {**found["addresses"][0], "address": text, "metres": 0.0}
    metres = [one["metres"] for one in found["addresses"]]
    assert len(metres) == 3
    assert metres == sorted(metres)
    near = {"lon": lon, "lat": lat, "within_m": metres[1] + 0.02}
    assert len(client.get("/v1/addresses/nearest", params=near).json()["addresses"]) == 2
    # The system of the coordinates moves the point by hundreds of metres.
    shifted = client.get(
        "/v1/addresses/nearest", params={"lon": lon, "lat": lat, "crs": "gcj02"}
    ).json()
    assert shifted["crs"] == "gcj02"
    assert shifted["point"] != [lon, lat]
    swapped = client.get("/v1/addresses/nearest", params={"lon": lat, "lat": lon})
    assert swapped.status_code == 422


TEXTS = [PILOT, "马陆白银一坊12号", "甘肃省白银市白银区人民路1号", "白银路288弄12号301室", ""]
COLUMNS = ["status", "score", "address", "lon", "lat", "area", "unit", "micro", "error"]


def single(client: TestClient, text: str) -> dict[str, Any]:
    """The row that a batch should have, by the answer to one text."""
    found = ask(client, text)
    best = (found["candidates"] or [{}])[0]
    lon, lat = best["point"] if found["status"] == "found" else (None, None)
    codes = {grid["level"]: grid["code"] for grid in found["grids"]}
    return {
        "status": found["status"],
        "score": best.get("score"),
        "address": best.get("address"),
        "lon": lon,
        "lat": lat,
        **{level: codes.get(level) for level in ("area", "unit", "micro")},
        "error": found["reason"] or None,
    }


def test_a_batch_says_of_each_row_what_a_look_up_says(client: TestClient) -> None:
    answer = client.post("/v1/resolve/batch", json={"addresses": TEXTS})
    assert answer.status_code == 200, answer.text
    rows = answer.json()["rows"]
    assert rows == [single(client, text) for text in TEXTS]
    assert [list(row) for row in rows] == [COLUMNS] * len(TEXTS)
    assert answer.headers["gisgrid-revision"] == str(answer.json()["revision"])
    assert answer.headers["etag"].startswith('"r')
    assert "private" in answer.headers["cache-control"]


def test_all_kinds_of_batches_say_the_same(client: TestClient) -> None:
    def post(body: bytes, kind: str, accept: str) -> bytes:
        headers = {"Content-Type": kind, "Accept": accept}
        answer = client.post("/v1/resolve/batch", content=body, headers=headers)
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"].startswith(accept)
        return answer.content

    sheet = io.StringIO()
    csv.writer(sheet).writerows(
        [["id", "address", "x"]] + [[f"={k}", t, 1] for k, t in enumerate(TEXTS)]
    )
    expected = client.post("/v1/resolve/batch", json={"addresses": TEXTS}).json()["rows"]
    lines = list(csv.DictReader(io.StringIO(post(sheet.getvalue().encode(), CSV, CSV).decode())))
    assert [line.pop("id") for line in lines] == [f"'={k}" for k in range(len(TEXTS))]
    as_cells = [{n: "" if v is None else str(v) for n, v in row.items()} for row in expected]
    assert lines == as_cells
    plain = pa.table({"address": TEXTS})
    coded = pa.table({"address": pa.array(TEXTS).dictionary_encode()})
    for table in (plain, coded):
        sink = io.BytesIO()
        with pa.ipc.new_stream(sink, table.schema) as stream:
            stream.write_table(table, max_chunksize=2)
        rows = pa.ipc.open_stream(post(sink.getvalue(), ARROW, ARROW)).read_all()
        assert rows.to_pylist() == expected
        assert rows.schema.metadata[b"crs"] == b"wgs84"


def test_a_row_that_is_no_address_is_an_error_of_its_own(client: TestClient) -> None:
    odd: list[Any] = [PILOT, None, 3, ["x"], "弄" * 300, "弄" * 2_000, "白\x00", PILOT]
    body = client.post("/v1/resolve/batch", json={"addresses": odd})
    rows = body.json()["rows"]
    assert [row["status"] for row in rows] == ["found", *["error"] * 6, "found"]
    assert all(row["error"] and row["address"] is None for row in rows[1:-1])
    assert "not a text" in rows[1]["error"]
    assert "too long" in rows[4]["error"]
    halves = b'{"addresses": ["\\ud800", "a"]}'
    found = client.post("/v1/resolve/batch", content=halves, headers={"Content-Type": JSON})
    assert [row["status"] for row in found.json()["rows"]] == ["error", "unknown"]


def test_a_batch_of_none_is_empty(client: TestClient) -> None:
    assert client.post("/v1/resolve/batch", json={"addresses": []}).json()["rows"] == []
    answer = client.post("/v1/resolve/batch", content=b"address\n", headers={"Content-Type": CSV})
    assert answer.text == ",".join(COLUMNS) + "\r\n"


def test_points_beside_addresses_make_it_a_batch_of_points(client: TestClient) -> None:
    body = "id,lon,lat,address\n1,0,0,白银路\n".encode()
    answer = client.post("/v1/resolve/batch", content=body, headers={"Content-Type": CSV})
    assert answer.text.splitlines()[1].startswith("1,outside")


@pytest.mark.parametrize(
    ("body", "query", "says"),
    [
        ({"addresses": [PILOT] * 501}, "", "limit of 500"),
        ({"addresses": [PILOT], "points": []}, "", "stands beside addresses"),
        ({"addresses": [PILOT], "crs": "wgs84"}, "", "is for points"),
        ({"addresses": [PILOT]}, "?crs=wgs84", "is for points"),
        ({"addresses": [PILOT], "at": "2024-01-01"}, "?at=2024-01-01", "stated twice"),
        ({"addresses": PILOT}, "", "addresses"),
        ({}, "", "points: is missing"),
    ],
)
def test_a_batch_that_cannot_be_meant_is_refused(
    client: TestClient, body: Any, query: str, says: str
) -> None:
    answer = client.post(f"/v1/resolve/batch{query}", json=body)
    assert answer.status_code in (413, 422)
    assert says in answer.text


def test_a_batch_of_a_past_day(client: TestClient) -> None:
    rows = client.post("/v1/resolve/batch", json={"addresses": [PILOT], "at": "1999-01-01"}).json()[
        "rows"
    ]
    assert (rows[0]["status"], rows[0]["micro"]) == ("found", None)
    assert rows[0]["lon"] is not None
