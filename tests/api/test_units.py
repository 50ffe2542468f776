"""The cells of a unit, and how its grids stand, beside counts that know nothing of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import shapely
from sqlalchemy import Engine, func, insert, select
from starlette.testclient import TestClient

from api.app import create_app
from gisgrid.settings import Settings
from gisgrid.store import drafts, plans
from gisgrid.store.tables import address, hazard, manual_assignment
from tests.towns import SIDE, SOUTH, WEST, frame, town_rows
from tests.village import ACROSS, MICROS, UNIT, house, households


@pytest.fixture
def village_client(village: Engine, settings: Settings) -> Iterator[TestClient]:
    """A client of the API over the village, on the same machine."""
    with TestClient(
        create_app(settings, engine=village, demo=True),
        client=("127.0.0.1", 50_000),
        base_url="http://127.0.0.1",
    ) as made:
        yield made


@pytest.fixture
def plan(village: Engine) -> int:
    """A plan without edits."""
    with village.begin() as connection:
        return drafts.new(connection, "方案")


def get(client: TestClient, plan: int, what: str, unit: str = UNIT) -> Any:
    answer = client.get(f"/v1/plans/{plan}/{what}?unit={unit}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def shapes(cells: Any) -> Any:
    return shapely.from_geojson(
        [shapely.to_geojson(shapely.geometry.shape(one["geometry"])) for one in cells["features"]]
    )


def put_home(engine: Engine, name: str, lon: float, lat: float, count: int) -> int:
    with engine.begin() as connection:
        values = {"source_id": name, "point": f"SRID=4326;POINT({lon} {lat})", "households": count}
        row = connection.execute(insert(address).values(values).returning(address.c.id))
        return int(row.scalar_one())


def test_cells_tile_the_unit_with_a_house_in_each(village_client: TestClient, plan: int) -> None:
    cells = get(village_client, plan, "cells")
    assert (cells["unit"], cells["plan"], cells["version"]) == (UNIT, plan, 0)
    ground = shapes(cells)
    unit = next(shape for code, _, shape in town_rows()["unit"] if code == UNIT)
    assert shapely.coverage_is_valid(ground)
    assert shapely.equals(shapely.coverage_union_all(ground), unit)
    doors = [(column, row) for row in range(ACROSS) for column in range(ACROSS)]
    assert len(ground) == len(doors)
    blocks = {}
    for column, row in doors:
        at = shapely.contains_xy(ground, *house(column, row)).nonzero()[0]
        found = cells["features"][at[0]]["properties"]
        assert len(at) == 1
        assert found["households"] == households(column, row)
        assert found["grid"] == MICROS[column // 5 + 2 * (row // 5)]
        assert found["hazards"] == (1 if doors.index((column, row)) % 7 == 0 else 0)
        blocks.setdefault((column // 5, row), set()).add(found["block"])
    # A row of houses between two streets is a block, and no two rows are one.
    assert all(len(found) == 1 for found in blocks.values())
    assert len(set.union(*blocks.values())) == len(blocks)
    assert len(cells["buildings"]["features"]) == len(doors)
    assert {one["properties"]["class"] for one in cells["lines"]["features"]} == {"main", "minor"}


def test_a_grid_stands_as_its_addresses_and_shape_say(
    village_client: TestClient, plan: int
) -> None:
    found = {one["code"]: one for one in get(village_client, plan, "standing")["grids"]}
    assert tuple(found) == MICROS
    for number, code in enumerate(MICROS):
        own = [
            households(column, row)
            for row in range(5 * (number // 2), 5 * (number // 2) + 5)
            for column in range(5 * (number % 2), 5 * (number % 2) + 5)
        ]
        assert found[code]["households"] == sum(own)
        assert found[code]["pieces"] == 1
        assert found[code]["declared"] == 400
        # A square of a hundredth of a degree, 952 m by 1,109 m.
        assert found[code]["area_m2"] == pytest.approx(1_056_000, rel=0.005)
        assert found[code]["compactness"] == pytest.approx(0.781, abs=0.002)


def test_homes_on_borders_count_where_the_first_path_is(
    village: Engine, village_client: TestClient, plan: int
) -> None:
    before = {
        one["code"]: one["households"] for one in get(village_client, plan, "standing")["grids"]
    }
    put_home(village, "between", WEST + SIDE, SOUTH + 0.3 * SIDE, 40)
    put_home(village, "edge", WEST + 2 * SIDE, SOUTH + 0.3 * SIDE, 70)
    put_home(village, "beyond", WEST + 2.1 * SIDE, SOUTH + 0.3 * SIDE, 900)
    after = {
        one["code"]: one["households"] for one in get(village_client, plan, "standing")["grids"]
    }
    assert after == before | {"A1U1M1": before["A1U1M1"] + 40, "A1U1M2": before["A1U1M2"] + 70}
    other = get(village_client, plan, "standing", "A1U2")["grids"]
    assert [one["households"] for one in other] == [900, 0, 0, 0]


def test_held_homes_count_in_the_grid_that_holds_them(
    village: Engine, village_client: TestClient, plan: int
) -> None:
    before = {
        one["code"]: one["households"] for one in get(village_client, plan, "standing")["grids"]
    }
    far = put_home(village, "far", WEST + 7.5 * SIDE, SOUTH + 1.5 * SIDE, 33)
    near = put_home(village, "near", WEST + 0.5 * SIDE, SOUTH + 0.5 * SIDE, 21)
    with village.begin() as connection:
        frames = drafts.frame(connection, plan, "micro").set_index("code")["key"]
        holds = [(far, "A1U1M4"), (near, "A2U2M1")]
        connection.execute(
            insert(manual_assignment),
            [
                {
                    "place_table": "address",
                    "place_id": place,
                    "source_id": str(place),
                    "grid_id": int(frames[code]),
                    "reason": "按户籍",
                }
                for place, code in holds
            ],
        )
    after = {
        one["code"]: one["households"] for one in get(village_client, plan, "standing")["grids"]
    }
    assert after == before | {"A1U1M4": before["A1U1M4"] + 33}


def test_confidential_and_fixed_hazards_are_not_told(
    village: Engine, village_client: TestClient, plan: int
) -> None:
    with village.begin() as connection:
        here = {"point": f"SRID=4326;POINT({WEST + 0.5 * SIDE} {SOUTH + 0.5 * SIDE})"}
        rows = [
            here | {"source_id": "tip", "category": "tip", "confidential": True, "state": "open"},
            here
            | {"source_id": "done", "category": "fire", "confidential": False, "state": "fixed"},
        ]
        connection.execute(insert(hazard), rows)
        total = connection.scalar(select(func.count()).select_from(hazard))
    told = sum(one["hazards"] for one in get(village_client, plan, "standing")["grids"])
    cells = get(village_client, plan, "cells")
    assert told == sum(one["properties"]["hazards"] for one in cells["features"]) == total - 2


def test_answers_are_kept_until_the_plan_or_the_homes_change(
    village: Engine, village_client: TestClient, plan: int
) -> None:
    for what in ("cells", "standing"):
        path = f"/v1/plans/{plan}/{what}?unit={UNIT}"
        tag = village_client.get(path).headers["etag"]
        assert tag.startswith(f'"p{plan}-v')
        assert village_client.get(path, headers={"If-None-Match": tag}).status_code == 304
        put_home(village, what, WEST + 0.31 * SIDE, SOUTH + 0.3 * SIDE, 7)
        assert village_client.get(path, headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize("what", ["cells", "standing"])
@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("unit=nowhere", 404),
        ("unit=A1", 422),
        ("unit=A1U1M1", 422),
        ("", 422),
        ("unit=A1U1&x=1", 422),
    ],
)
def test_what_is_no_unit_is_refused(
    village_client: TestClient, plan: int, what: str, query: str, status: int
) -> None:
    answer = village_client.get(f"/v1/plans/{plan}/{what}?{query}")
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_listing_has_no_units_to_draw(village: Engine, village_client: TestClient) -> None:
    with village.begin() as connection:
        rows = town_rows()["micro"]
        listed = plans.add(connection, name="清单", level="micro", frame=frame(rows))
    answer = village_client.get(f"/v1/plans/{listed}/cells?unit={UNIT}")
    assert answer.status_code == 409


def test_a_unit_without_homes_lines_or_grids_has_cells(
    village_client: TestClient, plan: int
) -> None:
    empty = get(village_client, plan, "cells", "A2U2")
    assert [one["properties"]["households"] for one in empty["features"]] == [0] * 4
    assert {one["properties"]["grid"] for one in empty["features"]} == {
        f"A2U2M{number}" for number in range(1, 5)
    }


def test_painted_ground_is_logged_and_made_again(
    village: Engine, village_client: TestClient, plan: int
) -> None:
    cells = get(village_client, plan, "cells")["features"]
    chosen = [one for one in cells if one["properties"]["grid"] in ("A1U1M2", "A1U1M3")][:9]
    edit = {
        "kind": "paint",
        "to": "A1U1M1",
        "cells": [one["geometry"]["coordinates"] for one in chosen],
    }
    path = f"/v1/plans/{plan}"
    done = village_client.post(f"{path}/edits", json=edit, headers={"If-Match": "*"})
    assert done.status_code == 200, done.text
    painted = get(village_client, plan, "standing")["grids"]
    moved = sum(one["properties"]["households"] for one in chosen)
    assert painted[0]["households"] - moved == 400
    # Declared households go along with the homes.
    assert painted[0]["declared"] == 400 + moved
    with village.connect() as connection:
        (line,) = drafts.log(connection, plan)
    again = drafts.parse_edit(line.kind, line.arguments)
    assert again.model_dump(mode="json") == edit
    for way in ("undo", "redo", "rebase"):
        answer = village_client.post(f"{path}/{way}", headers={"If-Match": "*"})
        assert answer.status_code == 200, answer.text
    assert get(village_client, plan, "standing")["grids"] == painted
