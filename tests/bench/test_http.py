from __future__ import annotations

import pytest

from gisgrid.bench import BenchOptions
from gisgrid.bench.http import run
from gisgrid.bench.web import require_wrk
from gisgrid.errors import InputError, WorkerError


def test_a_batch_over_http_is_measured_and_right(database_url: str) -> None:
    result = run(BenchOptions(quick=True, cases=("batch",), database=database_url))
    assert [row.case.partition(" of ")[0] for row in result.rows] == ["batch", "batch"]
    assert [row.equal for row in result.rows] == [True, True]
    assert all(row.measures["points_per_second"] > 0 for row in result.rows)


def test_without_wrk_its_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(WorkerError, match="install wrk"):
        require_wrk()


def test_a_case_that_is_not_known_is_refused() -> None:
    with pytest.raises(InputError, match="resolve"):
        run(BenchOptions(cases=("speed",)))
