from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from sqlalchemy import Engine, insert
from starlette.testclient import TestClient

from api.app import create_app
from gisgrid.settings import Settings
from gisgrid.store.tables import hazard
from tests.api.district import SOUTH, STEP, WEST, level, put, square

EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
MICRO = level("micro").set_index("code").sort_index()


@pytest.fixture(scope="module")
def asked(read_only: Engine) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(), engine=read_only, demo=True)) as made:
        yield made


def get(client: TestClient, path: str, **parameters: Any) -> Any:
    query = urlencode({name.replace("_", "-"): value for name, value in parameters.items()})
    answer = client.get(f"/ogc{path}?{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def ids(found: Any) -> list[str]:
    return [one["id"] for one in found["features"]]


def test_one_leads_to_all_others(asked: TestClient) -> None:
    seen: set[str] = set()
    left = [f"{asked.base_url}/ogc"]
    while left:
        address = left.pop()
        if address in seen or "{" in address:
            continue
        seen.add(address)
        answer = asked.get(address)
        assert answer.status_code == 200, address
        if address.endswith(("/openapi.json", "/docs")):
            continue
        left += [one["href"] for one in _links(answer.json())]
    assert {one.rpartition("/")[2] for one in seen} >= {"conformance", "items", "queryables"}


def _links(content: Any) -> Iterator[Any]:
    if isinstance(content, dict):
        yield from content.get("links", [])
        for value in content.values():
            yield from _links(value)
    elif isinstance(content, list):
        for value in content:
            yield from _links(value)


corners = st.tuples(
    st.floats(-0.5, 3.5).map(lambda x: WEST + x * STEP),
    st.floats(-0.5, 2.5).map(lambda y: SOUTH + y * STEP),
)


@examples(max_examples=30)
@given(corners, corners, st.integers(1, 7), st.sampled_from(["", "4326", "4490", "3857"]))
def test_pages_of_a_box_hold_what_meets_it(
    asked: TestClient, one: Any, other: Any, limit: int, epsg: str
) -> None:
    box = shapely.bounds(shapely.multipoints([one, other]))
    # Away from the ulp that bringing a corner to metres and back may cost.
    near = {
        code for code, shape in MICRO.geometry.items() if shape.distance(shapely.box(*box)) < 1e-9
    }
    sure = {
        code
        for code, shape in MICRO.geometry.items()
        if shape.intersects(shapely.box(*box).buffer(-1e-9))
    }
    parameters: dict[str, Any] = {"limit": limit, "bbox": ",".join(map(repr, _written(box, epsg)))}
    if epsg:
        parameters |= {"bbox-crs": EPSG + epsg, "crs": EPSG + epsg}
    address: str | None = f"/ogc/collections/micro-grids/items?{urlencode(parameters)}"
    found: list[str] = []
    while address:
        answer = asked.get(address)
        page = answer.json()
        assert len(page["features"]) == page["numberReturned"] <= limit
        assert answer.headers["content-crs"] == f"<{EPSG + epsg if epsg else CRS84}>"
        found += ids(page)
        address = next((x["href"] for x in page["links"] if x["rel"] == "next"), None)
    assert found == sorted(found)
    assert sure <= set(found) <= near
    if not epsg:
        exact = [c for c, s in MICRO.geometry.items() if s.intersects(shapely.box(*box))]
        assert found == exact


def _written(box: Any, epsg: str) -> list[float]:
    west, south, east, north = map(float, box)
    if epsg in ("4326", "4490"):
        return [south, west, north, east]
    if epsg == "3857":
        radius = 6378137.0
        return [
            radius * np.radians(west).item(),
            radius * np.arcsinh(np.tan(np.radians(south))).item(),
            radius * np.radians(east).item(),
            radius * np.arcsinh(np.tan(np.radians(north))).item(),
        ]
    return [west, south, east, north]


def test_each_system_has_the_axes_of_its_authority(asked: TestClient) -> None:
    shape = MICRO.geometry["101001001"]
    for epsg in ("", "4326", "4490", "3857"):
        more = {"crs": EPSG + epsg} if epsg else {}
        found = get(asked, "/collections/micro-grids/items/101001001", **more)
        bounds = shapely.bounds(shapely.geometry.shape(found["geometry"])).tolist()
        exact = epsg != "3857"
        assert bounds == pytest.approx(_written(shape.bounds, epsg), abs=0 if exact else 1e-6)


def test_a_box_over_the_date_line_is_two(asked: TestClient) -> None:
    assert ids(get(asked, "/collections/areas/items", bbox="121,-90,-170,90")) == ["101", "102"]
    assert ids(get(asked, "/collections/areas/items", bbox="170,-90,-170,90")) == []
    assert ids(get(asked, "/collections/areas/items", bbox="121.2,31.3,0,121.3,31.4,99")) != []


def test_a_box_of_a_filter_is_as_one_of_the_address(asked: TestClient) -> None:
    path = "/collections/micro-grids/items"
    east = WEST + STEP
    for box in (f"{east},-90,-170,90", f"{WEST},{SOUTH},{WEST},{SOUTH}", f"{east},31,{east},32"):
        wanted = ids(get(asked, path, bbox=box))
        assert wanted
        assert ids(get(asked, path, filter=f"S_INTERSECTS(geometry, BBOX({box}))")) == wanted
    assert ids(get(asked, path, filter="S_INTERSECTS(geometry, BBOX(170,-90,-170,90))")) == []
    latitude_first = f"S_INTERSECTS(geometry, BBOX(-90,{east},90,-170))"
    wanted = ids(get(asked, path, bbox=f"{east},-90,-170,90"))
    assert ids(get(asked, path, filter=latitude_first, filter_crs=EPSG + "4326")) == wanted


def test_the_form_of_an_answer_may_be_named(asked: TestClient) -> None:
    for path in ("", "/conformance", "/collections", "/collections/units", "/tiles"):
        assert asked.get(f"/ogc{path}?f=json").json() == asked.get(f"/ogc{path}").json()
    listed = get(asked, "/collections/units/items", f="json", limit=1)
    assert len(listed["features"]) == 1
    following = next(one["href"] for one in listed["links"] if one["rel"] == "next")
    assert asked.get(following).status_code == 200


def test_an_earlier_day_has_its_own_grids(asked: TestClient) -> None:
    path = "/collections/units/items"
    assert len(ids(get(asked, path, datetime="2024-06-01T00:00:00Z"))) == 4
    assert ids(get(asked, path, datetime="2023-06-01")) == []
    missing = asked.get(f"/ogc{path}/101001?datetime=2023-06-01")
    assert missing.status_code == 404
    assert asked.get(f"/ogc{path}?datetime=2023-06-01/2024-01-01").status_code == 400


def test_hazards_by_the_time_when_they_were_found(asked: TestClient, read_only: Engine) -> None:
    path = "/collections/hazards/items"
    every = get(asked, path)["features"]
    for period in ("2024-03-05T00:00:00Z/2024-03-12T00:00:00Z", "../2024-03-08", "2024-03-08/"):
        begin, end = (
            None if part in ("", "..") else datetime.fromisoformat(part)
            for part in period.split("/")
        )
        # A bare date is midnight in Shanghai.
        begin, end = (
            None
            if one is None
            else one
            if one.tzinfo
            else one.replace(tzinfo=UTC) - timedelta(hours=8)
            for one in (begin, end)
        )
        wanted = []
        for one in every:
            text = one["properties"]["found_at"]
            when = datetime.fromisoformat(text) if text else None
            if when is None or ((begin is None or when >= begin) and (end is None or when <= end)):
                wanted.append(one["id"])
        assert ids(get(asked, path, datetime=period)) == wanted


FILTERS = {
    "category = 'fire' AND severity >= 2": lambda p: (
        p["category"] == "fire" and (p["severity"] or 0) >= 2
    ),
    "NOT category = 'fire'": lambda p: p["category"] != "fire",
    "severity IS NULL OR severity IN (1, 3)": lambda p: p["severity"] in (None, 1, 3),
    "severity NOT BETWEEN 2 AND 3": lambda p: p["severity"] == 1,
    "subject LIKE '楼道''%'": lambda p: p["subject"].startswith("楼道'"),
    "subject LIKE '\\%\\_%'": lambda p: p["subject"].startswith("%_"),
    '"severity" IS NOT NULL': lambda p: p["severity"] is not None,
    "found_at > TIMESTAMP('2024-03-10T00:00:00Z')": lambda p: (
        (p["found_at"] or "") > "2024-03-10T08"
    ),
    "found_at < DATE('2024-03-10')": lambda p: (p["found_at"] or "9") < "2024-03-10",
    "2 < severity": lambda p: (p["severity"] or 0) > 2,
    "category <> subject": lambda p: True,
    "TRUE": lambda p: True,
}


@pytest.mark.parametrize("text", FILTERS)
def test_a_filter_takes_what_it_says(asked: TestClient, text: str) -> None:
    path = "/collections/hazards/items"
    wanted = [one["id"] for one in get(asked, path)["features"] if FILTERS[text](one["properties"])]
    assert ids(get(asked, path, filter=text)) == wanted
    assert len(wanted) > 0


def test_filters_of_grids_and_of_places(asked: TestClient) -> None:
    path = "/collections/micro-grids/items"
    inside = f"S_INTERSECTS(geometry, POINT({WEST + STEP / 4} {SOUTH + STEP / 4}))"
    assert ids(get(asked, path, filter=inside)) == ["101001001"]
    swapped = f"S_INTERSECTS(geometry, POINT({SOUTH + STEP / 4} {WEST + STEP / 4}))"
    assert ids(get(asked, path, filter=swapped, filter_crs=EPSG + "4326")) == ["101001001"]
    ring = ", ".join(f"{x} {y}" for x, y in square(0.1, 0.1, 0.3, 0.3).exterior.coords)
    assert ids(get(asked, path, filter=f"s_intersects(geometry, POLYGON(({ring})))")) == [
        "101001001"
    ]
    box = f"S_INTERSECTS(geometry, BBOX({WEST},{SOUTH},{WEST + 1},{SOUTH + 1}))"
    assert len(ids(get(asked, path, filter=box))) == 15
    tree = {
        "op": "and",
        "args": [
            {"op": "like", "args": [{"property": "code"}, "101%"]},
            {"op": "=", "args": [{"property": "parent"}, "101002"]},
        ],
    }
    found = ids(get(asked, path, filter=json.dumps(tree), filter_lang="cql2-json"))
    assert found == ids(get(asked, path, parent="101002"))
    assert len(found) == 4
    assert ids(get(asked, path, parent="101002", limit=2, after="101002002")) == found[2:]
    assert ids(get(asked, path, special="true")) == []


# Deeper than Python can write.
NESTED = "a list of lists"
DEEP = "[" * 1000 + "]" * 1000
BAD = [
    "collections/units/items?page=2",
    "collections/units/items?limit=0",
    "collections/units/items?limit=x",
    "collections/units/items?bbox=1,2,3",
    "collections/units/items?bbox=1,2,3,nan",
    "collections/units/items?bbox=1,5,3,4",
    "collections/units/items?bbox=1000,5,3000,14",
    "collections/units/items?crs=EPSG:4326",
    "collections/units/items?bbox-crs=nonsense&bbox=1,2,3,4",
    "collections/units/items?datetime=soon",
    "collections/hazards/items?datetime=2024-02-01/2024-01-01",
    "collections/hazards/items?datetime=../..",
    "collections/hazards/items?confidential=true",
    "collections/hazards/items?severity=high",
    "collections/units/items?filter=code",
    "collections/units/items?filter=confidential = TRUE",
    "collections/units/items?filter=code = 1",
    "collections/units/items?filter=households > 'x'",
    "collections/units/items?filter=households > 1e400",
    "collections/units/items?filter=code = 'a' AND",
    "collections/units/items?filter=code = 'a",
    "collections/units/items?filter=code LIKE 'a%00'",
    "collections/units/items?filter=pg_sleep(5) = 1",
    "collections/units/items?filter=S_INTERSECTS(geometry, POINT(1))",
    "collections/units/items?filter=S_INTERSECTS(geometry, POLYGON((0 0, 1 1, 0 1, 1 0, 0 0)))",
    f"collections/units/items?filter={'(' * 4000}",
    f"collections/units/items?filter={'NOT ' * 1500}TRUE",
    "collections/units/items?filter-lang=cql2-json&filter={",
    "collections/units/items?filter-lang=cql2-json&filter=[]",
    'collections/units/items?filter-lang=cql2-json&filter={"op":"in","args":[]}',
    'collections/units/items?filter-lang=cql2-json&filter={"op":"like","args":[]}',
    'collections/units/items?filter-lang=cql2-json&filter={"op":["="],"args":[1,2]}',
    "collections/units/items/101001?limit=2",
    "collections/units?f=html",
    "collections/units/items?f=xml",
    "?f=",
    "collections/units/items?bbox=1,2,3,4,5",
    "collections/units/items?bbox-crs=nonsense",
    "collections/units/items?filter-crs=nonsense",
    "collections/units/items?code=1&code=2",
    "collections/hazards/items/h1?datetime=2024-01-01",
    f"collections/units/items?filter=households = {'9' * 5000}",
    "collections/units/items?filter=S_INTERSECTS(geometry, BBOX(1,2,3,4,5,6,7))",
    "collections/units/items?filter=S_INTERSECTS(geometry, BBOX(121,32,122,31))",
    "collections/units/items?filter=code LIKE 'x\\'",
    *(
        "collections/units/items?filter-lang=cql2-json&filter="
        + json.dumps(tree).replace(json.dumps(NESTED), DEEP)
        for tree in (
            {"op": "like", "args": [{"property": "code"}, "101\\"]},
            {"op": "=", "args": [{"property": "code"}, NESTED]},
            {"op": NESTED, "args": [{"property": "code"}, 1]},
            {"op": "=", "args": [{"property": NESTED}, 1]},
            {"op": "s_intersects", "args": [{"property": "geometry"}, {"bbox": NESTED}]},
            {"op": "s_intersects", "args": [{"property": "geometry"}, {"bbox": [1, 2, 3]}]},
            {
                "op": "s_intersects",
                "args": [
                    {"property": "geometry"},
                    {"type": "Polygon", "coordinates": NESTED},
                ],
            },
        )
    ),
    "tiles/WebMercatorQuad/1/0/x",
]


@pytest.mark.parametrize("path", BAD)
def test_what_does_not_fit_is_a_400(asked: TestClient, path: str) -> None:
    answer = asked.get(f"/ogc/{path}")
    assert answer.status_code == 400, answer.text[:300]
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == 400


@pytest.mark.parametrize(
    "path",
    [
        "collections/streets",
        "collections/streets/items",
        "collections/units/items/nothing",
        "collections/hazards/items/h2",
        "collections/units/tiles/WebMercatorQuad/2/4/0",
        "tiles/WebMercatorQuad/25/0/0",
        "tiles/WebMercatorQuad/-1/0/0",
    ],
)
def test_what_is_not_there_is_a_404(asked: TestClient, path: str) -> None:
    answer = asked.get(f"/ogc/{path}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_items_are_a_304_until_a_publish_and_never_stale_after_it(
    client: TestClient, squares: Engine
) -> None:
    path = "/ogc/collections/units/items"
    tag = client.get(path).headers["etag"]
    assert tag.startswith('"r4-')
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 304
    for revision in range(5, 9):
        with squares.begin() as connection:
            put(connection, "unit", level("unit").iloc[[0]].assign(name=f"坊{revision}"))
        # At once: nobody waits until the served index has followed.
        again = client.get(path, headers={"If-None-Match": tag})
        assert again.json()["features"][0]["properties"]["name"] == f"坊{revision}"
        tag = again.headers["etag"]
        assert tag.startswith(f'"r{revision}-')
        assert "private" not in again.headers["cache-control"]


def test_hazards_are_private_and_follow_every_change(client: TestClient, squares: Engine) -> None:
    path = "/ogc/collections/hazards/items"
    first = client.get(path)
    assert "private" in first.headers["cache-control"]
    tag = first.headers["etag"]
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 304
    with squares.begin() as connection:
        connection.execute(
            insert(hazard).values(source_id="h9", point=f"SRID=4326;POINT({WEST} {SOUTH})")
        )
    again = client.get(path, headers={"If-None-Match": tag})
    assert ids(again.json()) == ["h1", "h9"]
