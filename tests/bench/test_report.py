"""Ratios, documents and tables of a result."""

from __future__ import annotations

import json

from gisgrid.bench import BENCHES, BenchResult, Row, find_bench
from gisgrid.bench.alternating import alternate
from gisgrid.bench.footprint import memory_beyond_input
from gisgrid.bench.machine import describe_machine
from gisgrid.bench.report import as_document, as_markdown, sheets

MACHINE = {
    "cpu": "a processor",
    "cores": 2,
    "memory_bytes": 8 * 2**30,
    "system": "Linux",
    "python": "3.11",
    "versions": {"numpy": "2"},
}
ROWS = (
    Row("gisgrid", "big", {"points_per_second": 36_000_000.0}, equal=True),
    Row("peer", "big", {"points_per_second": 400_000.0}, {"threads": 2}, equal=False),
    Row("gisgrid", "small", {"points_per_second": 5.0}),
    Row("gisgrid", "index", {"build_seconds": 0.25}),
    Row("peer", "other", {"points_per_second": 1.0}),
)


def test_a_ratio_says_how_many_times_better_gisgrid_is_within_a_case() -> None:
    result = BenchResult("x", ROWS)
    assert [result.ratio(row) for row in ROWS] == [None, 90.0, None, None, None]


def test_where_less_is_better_the_ratio_turns_round() -> None:
    rows = (Row("gisgrid", "a", {"seconds": 2.0}), Row("peer", "a", {"seconds": 10.0}))
    result = BenchResult("x", rows, compared="seconds", higher_is_better=False)
    assert result.ratio(rows[1]) == 5.0


def test_the_document_is_the_contract() -> None:
    document = json.loads(json.dumps(as_document(BenchResult("locate", ROWS), MACHINE)))
    assert document["machine"] == MACHINE
    assert document["bench"] == "locate"
    assert [row["system"] for row in document["rows"]] == [row.system for row in ROWS]
    assert document["rows"][1] == {
        "system": "peer",
        "case": "big",
        "points_per_second": 400_000.0,
        "ratio": 90.0,
        "equal": False,
        "threads": 2,
    }


def test_rows_of_the_same_measures_share_a_table() -> None:
    bulk, index = sheets(BenchResult("locate", ROWS))
    assert bulk.titles == (
        *("案例 case", "系统 system", "points per second"),
        *("倍数 ratio", "一致 equal", "说明 detail"),
    )
    assert bulk.rows[1] == ("big", "peer", "400,000", "90 ×", "否 NO", "threads 2")
    assert index.titles == ("案例 case", "系统 system", "build seconds")
    assert index.rows == (("index", "gisgrid", "0.25"),)


def test_markdown_has_as_many_cells_in_every_line_of_a_table() -> None:
    machine, bulk, _ = as_markdown(BenchResult("locate", ROWS), MACHINE).split("\n\n")
    assert machine == "a processor, 2 核 cores, 8 GiB; Linux; Python 3.11; numpy 2"
    lines = bulk.splitlines()
    assert len(lines) == 2 + 4
    assert {line.count("|") for line in lines} == {7}


def test_systems_take_turns() -> None:
    seen: list[str] = []
    runs = {name: (lambda name=name: seen.append(name)) for name in "abc"}
    medians = alternate(runs, 3)
    assert "".join(seen) == "abccbaabc"
    assert set(medians) == set("abc")
    assert all(seconds >= 0 for seconds in medians.values())


def test_the_machine_is_told_with_versions() -> None:
    machine = describe_machine()
    assert machine["cores"] >= 1
    assert machine["memory_bytes"] > 2**20
    assert {"numpy", "shapely", "geos", "duckdb"} <= set(machine["versions"])


def test_memory_is_what_comes_beyond_the_input() -> None:
    few, many = (memory_beyond_input(100, points, 1) for points in (1_000, 5_000_000))
    assert few is not None
    assert many is not None
    # An owner is an int32; small arrays would fit into what was freed before.
    assert 0 <= few < 50e6
    assert many > few + 4 * 5_000_000 / 2


def test_every_bench_of_the_registry_can_be_run() -> None:
    assert all(callable(find_bench(name)) for name in BENCHES)
