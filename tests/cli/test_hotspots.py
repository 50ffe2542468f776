"""``gisgrid hotspots``: what is printed, written and refused."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from sqlalchemy import Engine

from gisgrid.cli.hotspot_lines import print_spots
from tests.commands import Run
from tests.store.events import gather_hazards


@pytest.fixture
def url(town: Engine) -> str:
    gather_hazards(town)
    return town.url.render_as_string(hide_password=False)


def test_hot_spots_are_listed(gisgrid: Run, url: str) -> None:
    code, out, err = gisgrid(
        "hotspots", "find", "--level", "hexagon", "--edge-m", 200, "--database", url
    )
    assert code == 0, err
    assert "群众上报 reported" in out
    assert "2024-07-23 – 2024-08-31" in out
    assert "边长 edge 201 m" in out
    listed = [line for line in out.splitlines() if line.startswith("  893")]
    assert f"热点 hot  {len(listed)} " in out
    assert "chance at most about 5%" in out
    assert "by its neighbours" not in listed[0]


def test_a_place_that_is_hot_by_its_neighbours_says_so(
    gisgrid: Run, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    document = json.loads(gisgrid("hotspots", "find", "--json", "--database", url)[1])
    first, second = document["spots"][:2]
    calm = {**first, "spot": "hot", "count": 0, "rate": None}
    print_spots({**document, "spots": [calm, {**second, "spot": "hot", "count": 50}]})
    lines = capsys.readouterr().out.splitlines()[-2:]
    assert [line.endswith("邻近所致 by its neighbours") for line in lines] == [True, False]


def test_few_places_are_said_to_tell_little(gisgrid: Run, url: str) -> None:
    code, out, err = gisgrid("hotspots", "find", "--level", "area", "--database", url)
    assert code == 0
    assert "nothing gathers with more than chance" in out
    assert "so few places tell little from chance" in err


def test_json_has_every_place(gisgrid: Run, url: str) -> None:
    code, out, _ = gisgrid(
        "hotspots", "find", "--found-by", "all", "--category", "fire", "--json", "--database", url
    )
    found = json.loads(out)
    assert code == 0
    assert (found["found_by"], found["categories"]) == ("all", ["fire"])
    assert len(found["spots"]) == found["places"] == 16
    z = [one["z"] for one in found["spots"]]
    assert z == sorted(z, reverse=True)
    assert found["events"] == sum(one["count"] for one in found["spots"])


@pytest.mark.parametrize("method", ["closed", "permutation"])
def test_rates_by_either_method(gisgrid: Run, url: str, method: str) -> None:
    code, out, err = gisgrid(
        *("hotspots", "find", "--rate-per-household", "--method", method, "--seed", 3),
        *("--json", "--database", url),
    )
    assert code == 0, err
    found = json.loads(out)
    assert (found["per_household"], found["method"]) == (True, method)
    assert found["spots"][0]["households"] == 400


def test_all_places_go_to_a_file(gisgrid: Run, url: str, tmp_path: Path) -> None:
    table, shapes = tmp_path / "hot.csv", tmp_path / "emerging.geojson"
    assert gisgrid("hotspots", "find", "-o", table, "--database", url)[0] == 0
    with table.open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 16
    assert rows[0]["code"] == "A1U1M1"
    assert rows[0]["wkt"].startswith("MULTIPOLYGON")
    arguments = ("--step", "week", "--steps", 5, "-o", shapes)
    code, _, err = gisgrid("hotspots", "emerging", *arguments, "--database", url)
    assert code == 0, err
    properties = json.loads(shapes.read_text())["features"][0]["properties"]
    assert properties["category"]
    assert len(properties["counts"].split()) == 5


def test_emerging_spots_are_listed(gisgrid: Run, url: str) -> None:
    arguments = ("hotspots", "emerging", "--level", "hexagon", "--step", "week", "--steps", 5)
    code, out, err = gisgrid(*arguments, "--database", url)
    assert code == 0, err
    assert "2024-07-28 – 2024-09-01 × 5 周 weeks" in out
    assert "热点" in out
    _, out, _ = gisgrid(*arguments, "--json", "--database", url)
    assert len(json.loads(out)["edges"]) == 6


def test_near_repeats_are_listed(gisgrid: Run, url: str) -> None:
    arguments = ("hotspots", "near-repeat", "--metres", "0,500,2000", "--permutations", 39)
    code, out, err = gisgrid(*arguments, "--database", url)
    assert code == 0, err
    *lines, verdict = out.splitlines()
    assert len(lines) == 2 + 2 * 4
    _, out, _ = gisgrid(*arguments, "--json", "--database", url)
    nearest = json.loads(out)["bands"][0]
    assert nearest["metres"] == [0, 500]
    assert verdict.startswith("500 米、2 天内")
    assert ("no more come back" in verdict) == (nearest["p"] > 0.05)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("find", "--fdr", 2), "between 0 and 1"),
        (("find", "--edge-m", 0, "--level", "hexagon"), "no length of an edge"),
        (("find", "--since", "soon"), "is not a date"),
        (("find", "-o", "missing/file.csv"), "there is no such folder"),
        (("emerging", "--steps", 3), "3 steps show no trend"),
        (("near-repeat", "--metres", "near"), "are not numbers"),
        (("near-repeat", "--days", "7,0"), "no bounds of bands"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    gisgrid: Run, url: str, arguments: tuple[object, ...], said: str
) -> None:
    code, out, err = gisgrid("hotspots", *arguments, "--database", url)
    assert code != 0
    assert out == ""
    assert said in err
    assert len(err.strip().splitlines()) == 1
