"""The boundary files that the project ships."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import shapely

from gisgrid.sample import NOTICE, District
from gisgrid.sample.__main__ import main
from gisgrid.sample.boundaries import FILES, boundary_text, write_boundaries

DATA = Path(__file__).parents[2] / "data" / "boundaries"


@pytest.mark.parametrize("level", FILES)
def test_shipped_files_are_what_the_seed_makes(district: District, level: str) -> None:
    shipped = (DATA / FILES[level]).read_bytes()
    assert shipped == boundary_text(district.grids, level).encode("utf-8")


@pytest.mark.parametrize("level", FILES)
def test_files_are_geojson_of_six_decimals_that_says_it_is_made_up(level: str) -> None:
    text = (DATA / FILES[level]).read_text(encoding="utf-8")
    assert not re.search(r"\d\.\d{7}", text)
    document = json.loads(text)
    assert document["type"] == "FeatureCollection"
    assert document["notice"] == NOTICE
    for feature in document["features"]:
        assert feature["properties"]["notice"] == NOTICE
        polygon = shapely.from_geojson(json.dumps(feature["geometry"]))
        assert polygon.geom_type == "Polygon"
        assert polygon.is_valid
        assert shapely.is_ccw(shapely.get_exterior_ring(polygon))


def test_files_together_stay_small() -> None:
    assert sum((DATA / name).stat().st_size for name in FILES.values()) < 5_500_000


def test_files_are_written_into_a_new_folder(district: District, tmp_path: Path) -> None:
    paths = write_boundaries(district, tmp_path / "new")
    assert [path.name for path in paths] == list(FILES.values())
    assert paths[0].read_bytes() == (DATA / "areas.geojson").read_bytes()


def test_command_wants_a_folder(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert "DIR" in capsys.readouterr().err
