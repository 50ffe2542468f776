"""Other names: what they may be, and that they end but stay on record."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Connection, Engine, func, select

from gisgrid.errors import Conflict, InputError, NotFound
from gisgrid.store.addresses import add_alias, end_alias, list_aliases, read_book
from gisgrid.store.tables import address_alias
from tests.payloads import PAYLOADS

LANE = "上海市嘉定区马陆镇白银路288弄"


def test_a_name_is_kept_in_normal_writing_and_found(connection: Connection) -> None:
    made = add_alias(connection, " 老 虎灶 ", LANE, kind="other", source="test", author="li")
    assert (made.name, made.means, made.kind) == ("老虎灶", LANE, "other")
    assert (made.source, made.made_by, made.ended_at) == ("test", "li", None)
    assert add_alias(connection, "老虎灶", LANE, author="wang") == made
    best = read_book(connection).resolve("老虎灶7号").candidates[0]
    assert best.text == LANE + "7号"


@pytest.mark.parametrize(
    ("means", "asked", "found"),
    [
        ("白银路", "老虎灶14号", "上海市嘉定区马陆镇白银路14号"),
        ("上海市嘉定区马陆镇白银路", "老虎灶14号", "上海市嘉定区马陆镇白银路14号"),
        (LANE, "老虎灶12号", LANE + "12号"),
        ("塘庄村", "老虎灶151号", "上海市嘉定区安亭镇塘庄村151号"),
        ("惠民家园", "老虎灶5号", "上海市嘉定区马陆镇惠民家园5号"),
    ],
)
def test_a_name_may_stand_for(connection: Connection, means: str, asked: str, found: str) -> None:
    made = add_alias(connection, "老虎灶", means, kind="old-name")
    assert list_aliases(connection)[-1] == made
    assert read_book(connection).resolve(asked).candidates[0].text == found


@pytest.mark.parametrize(
    ("name", "means", "why"),
    [
        ("老虎灶", "无此路", "no standard address"),
        ("老虎灶", "", "no standard address"),
        ("老虎灶", "银路", "no standard address"),
        ("老虎灶", "上海市嘉定区马陆镇白银路28", "no standard address"),
        ("老虎灶", "上海市嘉定区马陆镇白银路289弄", "no standard address"),
        ("老虎灶", LANE + "7号", "no standard address"),
        ("老虎灶", "横河", "no standard address"),
        ("老虎灶", "%", "no standard address"),
        ("老虎灶", LANE[:-2] + "_弄", "no standard address"),
        ("老虎灶", "白银路\0", "no standard address"),
        ("沐峰路", "白银路", "bear themselves"),
        ("惠民家园", "白银路", "bear themselves"),
        ("马陆镇", "白银路", "bear themselves"),
        ("嘉定区", "白银路", "bear themselves"),
        ("上海", "白银路", "bear themselves"),
        ("灶", "白银路", "fewer than 2"),
        ("", "白银路", "fewer than 2"),
        ("灶" * 101, "白银路", "more than 100"),
        ("288弄12号", "白银路", "nothing but numbers"),
        ("2 8 8", "白银路", "nothing but numbers"),
    ],
)
def test_an_alias_that_cannot_be_is_refused(
    connection: Connection, name: str, means: str, why: str
) -> None:
    with pytest.raises(InputError, match=why):
        add_alias(connection, name, means)
    assert len(list_aliases(connection)) == 1


def test_there_are_three_kinds(connection: Connection) -> None:
    with pytest.raises(InputError, match="estate, old-name, other"):
        add_alias(connection, "老虎灶", "白银路", kind="joke")


def test_an_alias_ends_once_and_may_come_again(connection: Connection) -> None:
    made = add_alias(connection, "老虎灶", "白银路")
    ended = end_alias(connection, made.id, author="li")
    assert ended.ended_at is not None
    assert ended.ended_by == "li"
    assert list_aliases(connection, ended=True) == [ended]
    with pytest.raises(Conflict, match="already"):
        end_alias(connection, made.id)
    with pytest.raises(NotFound):
        end_alias(connection, 10**9)
    again = add_alias(connection, "老虎灶", "白银路")
    assert again.id > made.id
    assert [one.id for one in list_aliases(connection)][-1] == again.id
    assert list_aliases(connection, after=again.id) == []
    assert len(list_aliases(connection, limit=1)) == 1


def test_a_name_may_stand_for_two_things(connection: Connection) -> None:
    add_alias(connection, "老虎灶", LANE)
    add_alias(connection, "老虎灶", "上海市嘉定区马陆镇沐峰路6弄")
    match = read_book(connection).resolve("老虎灶3号")
    assert match.status == "ambiguous"
    assert {one.text[-4:] for one in match.candidates[:2]} == {"8弄3号", "6弄3号"}


@pytest.mark.parametrize("words", PAYLOADS)
def test_hostile_names_are_kept_as_text_or_refused(connection: Connection, words: str) -> None:
    try:
        made = add_alias(connection, words, "白银路")
    except InputError:
        return
    assert list_aliases(connection)[-1] == made
    assert read_book(connection).resolve(words) is not None


def test_two_that_add_the_same_make_one(streets: Engine) -> None:
    def add(number: int) -> int:
        with streets.begin() as connection:
            return add_alias(connection, "老虎灶", "白银路", author=str(number)).id

    with ThreadPoolExecutor(4) as pool:
        made = set(pool.map(add, range(8)))
    assert len(made) == 1
    with streets.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(address_alias)) == 2
