"""Standard addresses in columns: the same as one by one, and the sample's own parts."""

from __future__ import annotations

import pyarrow as pa

from gisgrid.address.normal import normal
from gisgrid.address.plain import FIELDS
from gisgrid.address.reading import LONGEST, readings
from gisgrid.address.standard import Parts, standard
from gisgrid.sample.district import District

ODD = [
    "上海市嘉定区马陆镇白银路二百八十八弄十二号",
    "马陆镇水产村（方泰）104号",
    "馬陸鎮白銀路２８８弄１２號",
    "白银路0288弄012号",
    "白银路000弄",
    "白银路甲12号",
    "惠民家园旁白银路288号",
    "白银路12幢",
    "白银路6号27号",
    "白银路与沪宜路288号",
    "三里桥路12号",
    "AB10 1AB",
    "白银路",
    "",
]


def rows(parts: Parts) -> list[tuple[str, ...]]:
    """The parts row by row: the names, then the numbers."""
    columns = [getattr(parts, column).to_pylist() for column in ("names", *FIELDS)]
    return list(zip(*columns, strict=True))


def one_by_one(text: str) -> tuple[str, ...]:
    first = readings(text)[0]
    return ("".join(first.names), *(getattr(first.numbers, field) for field in FIELDS))


def test_columns_say_what_each_reading_says(district: District) -> None:
    texts = [*ODD, *district.addresses["address"][::7], *ODD]
    expected = [one_by_one(text) for text in texts]
    assert rows(standard(texts)) == expected
    chunks = pa.chunked_array([texts[:5], texts[5:]], pa.large_string())
    assert rows(standard(chunks)) == expected


def test_the_sample_reads_to_its_own_parts(district: District) -> None:
    table = district.addresses
    parts = standard(table["address"].to_list())

    def written(column: str) -> list[str]:
        return [text[:-1] if isinstance(text, str) else "" for text in table[column]]

    for field in ("lane", "number", "building"):
        assert getattr(parts, field).to_pylist() == written(field)
    for field in ("branch", "unit", "floor", "room"):
        assert set(getattr(parts, field).to_pylist()) == {""}
    places = [normal(p) for p in table["road"].where(table["road"].notna(), table["estate"])]
    names = parts.names.to_pylist()
    assert all(name.endswith(place) for name, place in zip(names, places, strict=True))


def test_null_and_what_is_too_long_have_no_parts() -> None:
    nothing = ("",) * (1 + len(FIELDS))
    assert rows(standard(pa.array([None, "路" * (LONGEST + 1)]))) == [nothing, nothing]
    assert rows(standard([])) == []
