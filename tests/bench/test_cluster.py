"""The bench of clusters: its checks can fail, and a quick run holds what it promises."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from gisgrid.assigning import Coverage, PointFile, assign_points
from gisgrid.bench.honeycomb import make_coverage
from gisgrid.bench.parquet_points import ParquetPoints
from gisgrid.cli import main
from gisgrid.locate import CoverageIndex


def test_a_wrong_answer_is_noticed(tmp_path: Path) -> None:
    polygons = make_coverage(20, seed=1)
    index = CoverageIndex(polygons.polygons, polygons.codes)
    points = ParquetPoints(tmp_path, polygons, index, files=3, rows=500, seed=1)
    points.write()
    source = PointFile(path=tmp_path / "points", lon="lon", lat="lat", crs="wgs84")
    prints = []
    for _ in range(2):
        assign_points(source, Coverage(index), tmp_path / "answers")
        assert points.agrees_with_geos()
        prints.append(points.fingerprint())
    assert prints[0] == prints[1]
    ids = pq.read_table(tmp_path / "answers", columns=["id"]).column("id").to_numpy()
    np.testing.assert_array_equal(ids, np.arange(points.count))
    part = tmp_path / "answers" / "part-000000.parquet"
    table = pq.read_table(part)
    pq.write_table(table.take(np.arange(len(table))[::-1]), part)
    assert not points.agrees_with_geos()
    assert points.fingerprint() != prints[0]


@pytest.mark.drill
def test_two_workers_give_the_answer_of_one_in_bounded_memory(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["gisgrid", "bench", "cluster", "--quick", "--json"])
    with pytest.raises(SystemExit) as stop:
        main()
    assert not stop.value.code
    document = json.loads(capsys.readouterr().out)
    cases = [row["case"] for row in document["rows"]]
    assert cases == ["1-worker", "2-workers", "2-workers-one-killed"]
    for row in document["rows"]:
        assert row["equal"]
        assert row["points"] == 1_000_000
        assert row["worker_peak_bytes"] < 1.5e9
