"""``gisgrid propose`` as a planner types it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from sqlalchemy import Engine

from gisgrid.store import drafts, plans
from gisgrid.store.engine import make_engine
from gisgrid.store.units import unit_standing
from tests.commands import Run
from tests.store.drafts.district import publish_district

ASKED = ("propose", "--unit", "A1U00", "--min", 20, "--max", 33)


@pytest.fixture(scope="module")
def honeycomb(clone: Callable[[str], str], template: str) -> Iterator[Engine]:
    made = make_engine(clone(template))
    publish_district(made)
    yield made
    made.dispose()


@pytest.fixture(autouse=True)
def at_honeycomb(honeycomb: Engine, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """The database that the environment names."""
    url = honeycomb.url.render_as_string(hide_password=False)
    monkeypatch.setenv("GISGRID_DATABASE_URL", url)
    return honeycomb


def test_proposals_side_by_side(gisgrid: Run) -> None:
    code, out, err = gisgrid(*ASKED)
    assert (code, err) == (0, "")
    for words in ("保持现状", "as it is", "最佳", "户数合规 in range", "跨河 rivers crossed"):
        assert words in out
    # Of the present grids one is outside the range, and it is said why.
    assert "现状如此   so it is now" in out


def test_the_document_and_the_file(gisgrid: Run, tmp_path: Path) -> None:
    path = tmp_path / "proposals.geojson"
    code, out, err = gisgrid(*ASKED, "--json", "-o", path)
    assert code == 0, err
    document = json.loads(out)
    assert document["unit"] == "A1U00"
    rows = gpd.read_file(path)
    for one in document["proposals"]:
        mine = rows[rows["proposal"] == " ".join(one["kinds"])]
        assert mine["households"].tolist() == [
            feature["properties"]["households"] for feature in one["grids"]["features"]
        ]
        assert shapely.coverage_is_valid(mine.geometry.to_numpy())
        assert (~mine["in_range"]).sum() == len(one["misses"])
    kinds = [kind for one in document["proposals"] for kind in one["kinds"]]
    assert kinds[0] == "present"
    assert "best" in kinds


def test_one_is_taken_into_a_new_plan_and_then_into_that(gisgrid: Run, honeycomb: Engine) -> None:
    code, out, err = gisgrid(*ASKED, "--take", "best")
    assert code == 0, err
    assert "绘入 drawn" in out
    with honeycomb.connect() as connection:
        (plan,) = [one.id for one in plans.listing(connection) if "微网格方案" in one.name]
        held = unit_standing(connection, plan, "A1U00")
        assert len(drafts.log(connection, plan)) == 1
    inside = [grid for grid in held if 20 <= grid.households <= 33]
    assert len(inside) >= len(held) - 1
    # Seen from the plan that division is the present one.
    code, out, err = gisgrid(*ASKED, "--plan", plan, "--json", "--lock", held[0].code)
    assert code == 0, err
    present = json.loads(out)["proposals"][0]
    codes = [feature["properties"]["code"] for feature in present["grids"]["features"]]
    assert sorted(codes) == [grid.code for grid in held]
    code, out, err = gisgrid(*ASKED, "--plan", plan, "--min", 40, "--max", 66, "--take", "best")
    assert code == 0, err
    with honeycomb.connect() as connection:
        assert len(drafts.log(connection, plan)) == 2


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--unit", "nowhere"), "nowhere"),
        (("--unit", "A1"), "no unit"),
        (("--unit", "A1U00", "--min", "9", "--max", "5"), "9 to 5"),
        (("--unit", "A1U00", "--lock", "M047"), "M047"),
        (("--unit", "A1U00", "--take", "nicest"), "nicest"),
        (("--unit", "A1U00", "--plan", "99"), "99"),
    ],
)
def test_what_cannot_be_is_one_line(gisgrid: Run, words: tuple[str, ...], says: str) -> None:
    code, out, err = gisgrid("propose", *words)
    assert code != 0
    assert out == ""
    assert says in err
    assert len(err.strip().splitlines()) <= 2


def test_a_barrier_that_is_not_there_is_noted(gisgrid: Run) -> None:
    code, _, err = gisgrid(*ASKED, "--barrier", "moat")
    assert code == 0
    assert "moat" in err
