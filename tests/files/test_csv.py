"""Reading CSV: encodings, missing cells, rows that cannot be read, batches."""

from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gisgrid.errors import ColumnError, EncodingError, FileError
from gisgrid.files import Batch, open_source, require_columns

TEXT = "编号,名称,lon,lat\n1,白银一坊,121.2,31.3\n2,,121.3,\n"


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def read(path: Path, **options: str) -> Batch:
    with open_source(path, **options) as source:  # type: ignore[arg-type]
        (batch,) = source.batches()
    return batch


@pytest.mark.parametrize(
    ("encoding", "stated"),
    [
        ("utf-8", None), ("utf-8-sig", None), ("utf-8", "UTF-8"), ("gbk", "GBK"), ("gbk", "gb2312"),
        ("gbk", "cp936"), ("gb18030", "GB18030"), ("utf-16", "utf-16"),
    ],
)  # fmt: skip
def test_encodings(tmp_path: Path, encoding: str, stated: str | None) -> None:
    options = {"encoding": stated} if stated else {}
    batch = read(write(tmp_path / "a.csv", TEXT, encoding), **options)
    assert batch.frame.columns.tolist() == ["编号", "名称", "lon", "lat"]
    assert batch.frame["名称"].tolist()[0] == "白银一坊"


def test_big5(tmp_path: Path) -> None:
    batch = read(write(tmp_path / "a.csv", "名\n嘉定區馬陸鎮碁\n", "cp950"), encoding="Big5")
    assert batch.frame["名"].tolist() == ["嘉定區馬陸鎮碁"]


def test_every_cell_is_text_and_empty_is_missing(tmp_path: Path) -> None:
    frame = read(write(tmp_path / "a.csv", TEXT)).frame
    assert frame["编号"].tolist() == ["1", "2"]
    assert frame["lon"].tolist() == ["121.2", "121.3"]
    assert frame.isna().to_numpy().tolist() == [[False] * 4, [False, True, False, True]]


def test_gzip_tabs_and_semicolons(tmp_path: Path) -> None:
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(TEXT.encode()))
    expected = read(write(tmp_path / "a.csv", TEXT)).frame
    assert read(tmp_path / "a.csv.gz").frame.equals(expected)
    for mark in "\t;":
        marked = write(tmp_path / "b.csv", TEXT.replace(",", mark))
        assert read(marked).frame.equals(expected)


def test_batches_are_numbered_from_one(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "id,x\n" + "".join(f"{i},a\n" for i in range(1, 11)))
    with open_source(path) as source:
        batches = list(source.batches(["id"], size=4))
    assert [(b.first_row, len(b)) for b in batches] == [(1, 4), (5, 4), (9, 2)]
    assert [v for b in batches for v in b.frame["id"]] == [str(i) for i in range(1, 11)]
    assert batches[0].frame.columns.tolist() == ["id"]
    assert (source.crs, source.rows, source.has_geometry, batches[0].geometry) == (
        None, None, False, None,
    )  # fmt: skip


def test_rows_that_cannot_be_read_are_named_and_the_rest_taken(tmp_path: Path) -> None:
    text = 'id,x,y\n1,a,b\n2,a\n3,a,b,c\n\n4,"a\nb",c\n5,"a"b,c\n6,d,e\n'
    batch = read(write(tmp_path / "a.csv", text))
    assert batch.frame["id"].tolist() == ["1", "2", "3", "4", "5", "6"]
    assert batch.frame["x"].tolist() == ["a", "a", "a", "a\nb", "ab", "d"]
    assert batch.frame["y"].fillna("").tolist() == ["b", "", "b", "c", "c", "e"]
    assert [(f.row, f.field) for f in batch.faults] == [(2, ""), (3, ""), (5, "")]
    assert [f.value for f in batch.faults] == ["2,a", "3,a,b,c", "5,ab,c"]
    assert "2 cells where the header has 3 (line 3)" in batch.faults[0].reason
    assert "(line 8)" in batch.faults[2].reason


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('id,x\n1,a\n2,"b\n3,c\n', 3),
        ('id,"x\n1,a\n', 1),
        # Longer than a cell may be: the reader gives up before the end of the file.
        ('id,x\n1,a\n2,"b\n' + "3,c\n" * 50_000, 3),
    ],
)
def test_a_quote_that_never_closes_is_refused(tmp_path: Path, text: str, line: int) -> None:
    with (
        pytest.raises(FileError, match=rf"a\.csv, line {line}: .*never closed"),
        open_source(write(tmp_path / "a.csv", text)) as source,
    ):
        list(source.batches())


def test_a_quote_that_closes_too_late_costs_one_row(tmp_path: Path) -> None:
    batch = read(write(tmp_path / "a.csv", 'id,x,y\n1,"a,b\n2,"c",d\n3,e,f\n'))
    assert batch.frame["id"].tolist() == ["1", "3"]
    assert "lines 2 to 3" in batch.faults[0].reason


def test_a_header_with_a_stray_quote(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="line 1: in the header the row cannot be read"):
        open_source(write(tmp_path / "a.csv", 'id,"x"y\n1,a\n'))


def test_faults_stay_with_their_batch(tmp_path: Path) -> None:
    with open_source(write(tmp_path / "a.csv", "id,x\n1,a\n2\n3,a\n4\n")) as source:
        found = [[fault.row for fault in batch.faults] for batch in source.batches(size=2)]
    assert found == [[2], [4]]


@pytest.mark.parametrize("line", [1, 2, 5000])
def test_undecodable_text_names_the_line(tmp_path: Path, line: int) -> None:
    rows = [b"id,name"] + [b"%d,abc" % i for i in range(6000)]
    rows[line - 1] += "名".encode("gbk")
    (tmp_path / "a.csv").write_bytes(b"\n".join(rows) + b"\n")
    with (
        pytest.raises(EncodingError, match=rf"a\.csv, line {line}: .* as utf-8 .*--encoding"),
        open_source(tmp_path / "a.csv") as source,
    ):
        list(source.batches())


def test_a_mark_that_contradicts_the_encoding(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", TEXT, "utf-8-sig")
    with pytest.raises(EncodingError, match="marked as utf-8"):
        open_source(path, encoding="gbk")


@pytest.mark.parametrize("name", ["no-such", "rot13", "base64", "unicode_escape", "idna", "utf-7"])
def test_encodings_that_are_none(tmp_path: Path, name: str) -> None:
    with pytest.raises(EncodingError, match="no encoding"):
        open_source(write(tmp_path / "a.csv", TEXT), encoding=name)


@pytest.mark.parametrize(
    ("text", "message"),
    [("a,b\n", "a header but no rows"), ("\n", "no header row"), (",,\n1,2,3\n", "no header row")],
)
def test_empty_files(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(FileError, match=message):
        open_source(write(tmp_path / "a.csv", text))


def test_columns_that_are_not_there(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "Code,long, lat ,x,x\n1,2,3,4,5\n")
    with open_source(path) as source:
        require_columns(source, ["Code", "lat"])
        with pytest.raises(ColumnError) as caught:
            require_columns(source, ["Code", "code"])
        assert str(caught.value) == (
            f"{path}: there is no column 'code' "
            "(did you mean 'Code'? the columns are: Code, long, lat, x, x)"
        )
        with pytest.raises(ColumnError, match="is there 2 times"):
            source.batches(["x"])
        with pytest.raises(ColumnError, match=r"'zzz' \(the columns are"):
            source.batches(["zzz"])


def test_a_truncated_gzip(tmp_path: Path) -> None:
    packed = gzip.compress(("id,x\n" + "1,a\n" * 100_000).encode())
    (tmp_path / "a.csv.gz").write_bytes(packed[: len(packed) // 2])
    with (
        pytest.raises(FileError, match="cannot be read on"),
        open_source(tmp_path / "a.csv.gz") as source,
    ):
        list(source.batches())
    (tmp_path / "b.csv.gz").write_bytes(b"hello")
    with pytest.raises(FileError, match="cannot be read"):
        open_source(tmp_path / "b.csv.gz")


def test_a_gzip_that_unpacks_to_one_line_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"id,x\n1," + b"a" * 40_000_000, 1))
    with pytest.raises(FileError, match="16,777,216 letters"):
        open_source(tmp_path / "a.csv.gz")


cells = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)


@given(st.lists(st.tuples(cells, cells), min_size=1, max_size=20))
def test_what_python_writes_is_read(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]
) -> None:
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows([("甲", "乙"), *rows])
    path.write_text(out.getvalue(), encoding="utf-8", newline="")
    frame = read(path).frame
    assert frame["甲"].fillna("").tolist() == [row[0] for row in rows]
    assert frame["乙"].fillna("").tolist() == [row[1] for row in rows]
