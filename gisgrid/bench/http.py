"""``gisgrid bench http``: the API over loopback, one worker unless the case says otherwise.

Cases: ``resolve``, a point at a time beside a constant from a plain route of the same
application, under the same middleware; ``batch``, 100,000 points as Arrow and as JSON;
``follow``, how long two workers take until both answer from a new revision of the sample district.
"""

from __future__ import annotations

import http.client
import io
import json
import time
from contextlib import contextmanager
from statistics import median
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit
from urllib.request import urlopen

import numpy as np
import pyarrow as pa

from gisgrid.bench.alternating import alternate
from gisgrid.bench.crowd import clustered_points
from gisgrid.bench.database import bench_database
from gisgrid.bench.honeycomb import make_coverage
from gisgrid.bench.nested import publish_nested, rename_units
from gisgrid.bench.peers.geos import owners_by_geos
from gisgrid.bench.results import GISGRID, BenchResult, Row
from gisgrid.bench.web import CONNECTIONS, Pace, require_wrk, served, wrk
from gisgrid.errors import InputError
from gisgrid.sample import build_district
from gisgrid.sample.loading import load_district
from gisgrid.settings import Settings
from gisgrid.store.engine import connect

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray
    from sqlalchemy import Engine

    from gisgrid.bench.honeycomb import Coverage
    from gisgrid.bench.results import BenchOptions

__all__ = ["run"]

_CASES: Final = ("resolve", "batch", "follow")
_CONSTANT: Final = "constant"
_GRIDS, _QUICK_GRIDS = 2_500, 120
_POINTS, _QUICK_POINTS = 100_000, 20_000
# Of each system, in turns so short that a slow spell of the machine falls on both.
_SECONDS, _TURNS, _QUICK_TURNS = 1.0, 5, 2
_PATHS: Final = 1_000
_ARROW, _JSON = "application/vnd.apache.arrow.stream", "application/json"


def run(options: BenchOptions) -> BenchResult:
    """Serve a made-up district and ask it.

    Raises
    ------
    InputError
        A case is not known.
    WorkerError
        wrk is not installed.
    """
    for name in options.cases:
        if name not in _CASES:
            raise InputError(f"{name!r} is no case of this bench", fix=f"one of {_CASES}")
    wanted = options.cases or (_CASES[:2] if options.quick else _CASES)
    program = require_wrk() if "resolve" in wanted else ""
    rows = _speed(program, wanted, options) if {"resolve", "batch"} & {*wanted} else []
    if "follow" in wanted:
        rows.append(_follow(options))
    return BenchResult("http", tuple(rows), compared="requests_per_second")


def _speed(program: str, wanted: tuple[str, ...], options: BenchOptions) -> list[Row]:
    """Points one at a time and in batches, of a district of honeycomb cells."""
    coverage = make_coverage(_QUICK_GRIDS if options.quick else _GRIDS, options.seed)
    rows: list[Row] = []
    with bench_database(options.database) as url, _open(url) as engine:
        options.progress(f"发布网格 publishing {len(coverage):,} grids")
        publish_nested(engine, coverage)
        with served(url) as address:
            if "resolve" in wanted:
                rows += _resolve(program, address, coverage, options)
            if "batch" in wanted:
                rows += _batch(address, coverage, options)
    return rows


@contextmanager
def _open(url: str) -> Iterator[Engine]:
    engine = connect(Settings(), url)
    try:
        yield engine
    finally:
        engine.dispose()


def _resolve(program: str, address: str, coverage: Coverage, options: BenchOptions) -> list[Row]:
    lon, lat = _points(coverage, _PATHS, options)
    paths = [f"/v1/resolve?lon={x:.7f}&lat={y:.7f}" for x, y in zip(lon, lat, strict=True)]
    asked = {GISGRID: paths}
    if options.wants(_CONSTANT):
        asked[_CONSTANT] = ["/constant"]
    answers = [_get(address + path) for path in paths]
    turns = _QUICK_TURNS if options.quick else options.rounds * _TURNS
    paces: dict[str, list[Pace]] = {name: [] for name in asked}
    options.progress(f"resolve: {turns} × {len(asked)} s")
    for turn in range(turns):
        for name, listed in asked.items() if turn % 2 == 0 else reversed(asked.items()):
            paces[name].append(wrk(program, address, listed, _SECONDS))
    sizes = {
        GISGRID: int(median(len(answer) for answer in answers)),
        _CONSTANT: len(_get(f"{address}/constant")),
    }
    rounded = np.array([[round(x, 7), round(y, 7)] for x, y in zip(lon, lat, strict=True)])
    truth = owners_by_geos(coverage, rounded[:, 0], rounded[:, 1])
    found = [_micro(json.loads(answer)) for answer in answers]
    equal = found == [coverage.codes[one] if one >= 0 else None for one in truth]
    return [
        Row(
            name,
            "resolve, 1 worker",
            {
                measure: median(getattr(pace, measure) for pace in listed)
                for measure in ("requests_per_second", "p50_ms", "p99_ms")
            },
            {"connections": CONNECTIONS, "bytes": sizes[name]},
            equal if name == GISGRID else None,
        )
        for name, listed in paces.items()
    ]


def _micro(answer: Any) -> str | None:
    found = [grid["code"] for grid in answer["grids"] if grid["level"] == "micro"]
    return found[0] if found else None


def _batch(address: str, coverage: Coverage, options: BenchOptions) -> list[Row]:
    count = _QUICK_POINTS if options.quick else _POINTS
    lon, lat = _points(coverage, count, options)
    truth = owners_by_geos(coverage, lon, lat)
    codes = [coverage.codes[one] if one >= 0 else None for one in truth.tolist()]
    bodies = {_ARROW: _arrow_body(lon, lat), _JSON: _json_body(lon, lat)}
    readers: dict[str, Callable[[bytes], list[str | None]]] = {
        _ARROW: lambda body: pa.ipc.open_stream(body).read_all()["micro"].to_pylist(),
        _JSON: lambda body: [row["micro"] for row in json.loads(body)["rows"]],
    }
    equal = {
        kind: readers[kind](_post(address, body, kind)) == codes for kind, body in bodies.items()
    }
    options.progress(f"batch: {count:,} 点 points")
    seconds = alternate(
        {kind: _posting(address, body, kind) for kind, body in bodies.items()},
        2 if options.quick else options.rounds,
    )
    return [
        Row(
            GISGRID,
            f"batch of {count:,}, {'Arrow' if kind == _ARROW else 'JSON'}, 1 worker",
            {"points_per_second": count / seconds[kind]},
            {"bytes": len(bodies[kind])},
            equal[kind],
        )
        for kind in bodies
    ]


def _follow(options: BenchOptions) -> Row:
    """How long after a publish in the sample district both of two workers serve it.

    The database is always one of its own: the sample's grids would lie over the others'.
    """
    taken = []
    with bench_database(None) as url, _open(url) as engine:
        options.progress("follow: 示例区 loading the sample district")
        load_district(engine, build_district())
        with served(url, workers=2) as address:
            _await_workers(address, 2, rename_units(engine, "先"))
            for number in range(2 if options.quick else options.rounds):
                options.progress(f"follow: 第 {number + 1} 次发布 publish {number + 1}")
                revision = rename_units(engine, f"改{number}")
                begin = time.perf_counter()
                _await_workers(address, 2, revision)
                taken.append(time.perf_counter() - begin)
    measures = {"median_seconds": median(taken), "longest_seconds": max(taken)}
    return Row(GISGRID, "follow a publish, 2 workers", measures)


def _await_workers(address: str, workers: int, revision: int) -> None:
    """Wait until the metrics of all workers say that they serve a revision."""
    name = "gisgrid_served_revision{"
    while True:
        lines = _get(f"{address}/metrics").decode().splitlines()
        served_now = [float(line.split()[-1]) for line in lines if line.startswith(name)]
        if served_now == [revision] * workers:
            return
        time.sleep(0.005)


def _points(
    coverage: Coverage, count: int, options: BenchOptions
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return clustered_points(coverage.bounds, count, options.seed)


def _arrow_body(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> bytes:
    table = pa.table({"lon": lon, "lat": lat})
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table, max_chunksize=1 << 16)
    return sink.getvalue()


def _json_body(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> bytes:
    return json.dumps({"points": np.column_stack([lon, lat]).tolist()}).encode()


def _get(address: str) -> bytes:
    with urlopen(address, timeout=60) as answer:
        return bytes(answer.read())


def _posting(address: str, body: bytes, kind: str) -> Callable[[], bytes]:
    return lambda: _post(address, body, kind)


def _post(address: str, body: bytes, kind: str) -> bytes:
    """Send a batch and take its whole answer."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=120)
    try:
        connection.request("POST", "/v1/resolve/batch", body, {"Content-Type": kind})
        answer = connection.getresponse()
        found = answer.read()
        assert answer.status == http.client.OK, found[:500]
        return found
    finally:
        connection.close()
