"""An index kept in a file, in another process, in a pickle."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gisgrid.errors import FileError
from gisgrid.locate import CoverageIndex
from gisgrid.locate.storing import read_arrays, write_arrays
from tests.locate.coverages import Coverage, Recipe, made, recipes
from tests.locate.oracle import differences
from tests.locate.points import telling_points

ELSEWHERE = """
import json, sys
from gisgrid.locate import CoverageIndex
index = CoverageIndex.load(sys.argv[1])
owner, border = index.locate(*json.load(sys.stdin), border=True)
json.dump([owner.tolist(), border.tolist(), list(index.codes)], sys.stdout)
"""


@pytest.fixture
def coverage() -> Coverage:
    return made(Recipe("mosaic", 3, 4, "city"))


@pytest.fixture
def kept(coverage: Coverage, tmp_path: Path) -> Path:
    path = tmp_path / "kept.index"
    CoverageIndex(coverage.shapes, coverage.codes).save(path)
    return path


@settings(max_examples=25)
@given(recipe=recipes(largest=3), in_file=st.booleans())
def test_it_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, recipe: Recipe, in_file: bool
) -> None:
    coverage = made(recipe)
    index = CoverageIndex(coverage.shapes, coverage.codes)
    if in_file:
        path = tmp_path_factory.mktemp("kept") / "kept.index"
        index.save(path)
        back = CoverageIndex.load(path)
    else:
        back = pickle.loads(pickle.dumps(index))
    points = telling_points(coverage.shapes, np.random.default_rng(2), 15)
    assert (back.codes, len(back)) == (index.codes, len(index))
    for one, other in zip(
        back.locate(*points.T, border=True), index.locate(*points.T, border=True), strict=True
    ):
        np.testing.assert_array_equal(one, other)
    assert not differences(coverage, points, back.locate(*points.T, border=True))
    x, y = points[len(points) // 2].tolist()
    assert back.locate(x, y, border=True) == index.locate(x, y, border=True)


def test_another_process_reads_it_although_nobody_may_write(coverage: Coverage, kept: Path) -> None:
    kept.chmod(0o444)
    points = telling_points(coverage.shapes, np.random.default_rng(2), 15)
    points = points[np.isfinite(points).all(axis=1)]
    done = subprocess.run(
        [sys.executable, "-c", ELSEWHERE, str(kept)],
        input=json.dumps(points.T.tolist()),
        capture_output=True,
        text=True,
        check=True,
    )
    owner, border, codes = json.loads(done.stdout)
    assert codes == coverage.codes
    assert not differences(coverage, points, (np.array(owner), np.array(border)))


def test_saving_again_leaves_readers_of_the_old_file_alone(coverage: Coverage, kept: Path) -> None:
    old = CoverageIndex.load(kept)
    points = telling_points(coverage.shapes, np.random.default_rng(2), 15)
    before = old.locate(*points.T)
    CoverageIndex([shapely.box(0, 0, 1, 1)], ["a"]).save(kept)
    np.testing.assert_array_equal(old.locate(*points.T), before)
    assert CoverageIndex.load(kept).codes == ("a",)
    kept.unlink()
    np.testing.assert_array_equal(old.locate(*points.T), before)


def test_an_index_that_was_loaded_can_be_saved_and_pickled(kept: Path, tmp_path: Path) -> None:
    loaded = CoverageIndex.load(kept)
    again = tmp_path / "again.index"
    loaded.save(again)
    assert again.read_bytes() == kept.read_bytes()
    assert pickle.loads(pickle.dumps(loaded)).codes == loaded.codes
    loaded.save(kept)
    assert CoverageIndex.load(kept).codes == loaded.codes


def refused(path: Path) -> str:
    with pytest.raises(FileError) as caught:
        CoverageIndex.load(path)
    message = str(caught.value)
    assert "\n" not in message
    assert path.name in message
    return message


@pytest.mark.parametrize("share", [0, 0.001, 0.1, 0.5, 0.9, 0.999])
def test_a_file_cut_short_is_refused(kept: Path, share: float) -> None:
    whole = kept.read_bytes()
    kept.write_bytes(whole[: int(len(whole) * share)])
    refused(kept)


def test_a_file_without_its_last_byte_or_with_one_more_is_refused(kept: Path) -> None:
    whole = kept.read_bytes()
    for other in (whole[:-1], whole + b"\0"):
        kept.write_bytes(other)
        refused(kept)


@pytest.mark.parametrize(
    "content", [b"a,b\n1,2\n", b"PK\x03\x04" + bytes(2000), bytes(5000), b"\xff" * 5000, b"{}"]
)
def test_a_foreign_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "foreign.index"
    path.write_bytes(content)
    refused(path)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    refused(tmp_path / "missing.index")
    folder = tmp_path / "folder.index"
    folder.mkdir()
    refused(folder)
    with pytest.raises(FileError) as caught:
        CoverageIndex([], []).save(tmp_path / "nowhere" / "kept.index")
    assert "\n" not in str(caught.value)


def test_its_size_is_that_of_its_arrays(coverage: Coverage, kept: Path) -> None:
    index = CoverageIndex(coverage.shapes, coverage.codes)
    vertices = len(shapely.get_coordinates(coverage.shapes))
    assert 8 * vertices < index.nbytes < 1_000_000
    assert abs(index.nbytes - kept.stat().st_size) < index.nbytes / 2
    assert CoverageIndex.load(kept).nbytes == index.nbytes
    large = made(Recipe("wandering", 30))
    assert CoverageIndex(large.shapes, large.codes).nbytes > 4 * index.nbytes


def test_what_comes_out_of_place_in_memory_is_put_right(coverage: Coverage) -> None:
    """Buffers that travel apart from their pickle begin at any address."""
    index = CoverageIndex(coverage.shapes, coverage.codes)
    buffers: list[pickle.PickleBuffer] = []
    data = pickle.dumps(index, protocol=5, buffer_callback=buffers.append)
    shifted = [memoryview(b"\0" + bytes(one.raw()))[1:] for one in buffers]
    back = pickle.loads(data, buffers=shifted)
    points = telling_points(coverage.shapes, np.random.default_rng(4), 5)
    for x, y in points.tolist():
        assert back.locate(x, y) == index.locate(x, y)


@pytest.mark.parametrize("codes", [b"\xff\xfe", None])
def test_an_index_whose_codes_cannot_be_read_is_broken(
    coverage: Coverage, tmp_path: Path, codes: bytes | None
) -> None:
    path = tmp_path / "kept.index"
    CoverageIndex(coverage.shapes, coverage.codes).save(path)
    arrays = dict(read_arrays(path))
    del arrays["codes"]
    if codes is not None:
        arrays["codes"] = np.frombuffer(codes, dtype=np.uint8)
    write_arrays(path, arrays)
    with pytest.raises(FileError, match="broken"):
        CoverageIndex.load(path)
