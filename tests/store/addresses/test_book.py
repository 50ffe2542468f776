"""The book of addresses is what is on record, and is renewed when that changes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Connection, delete, insert, update

from gisgrid.store import addresses
from gisgrid.store.addresses import Unsure, book_state, read_book
from gisgrid.store.tables import address, dividing_line, hazard
from tests.streets import build, lonlat, standard_rows
from tests.towns import publish_rows, town_rows


def test_every_address_on_record_is_found_by_its_own_text(connection: Connection) -> None:
    book = read_book(connection)
    rows = standard_rows()
    assert len(book) == len(rows)
    for number, (text, lon, lat) in enumerate(rows, 1):
        match = book.resolve(text)
        best = match.candidates[0]
        assert (match.status, best.text) == ("found", text)
        assert (best.lon, best.lat) == (lon, lat)
        assert best.id == addresses.address_called(connection, f"A{number:03d}")


def test_an_address_without_a_text_is_none(connection: Connection) -> None:
    build(connection, "empty", "", *lonlat(1, 1))
    assert len(read_book(connection)) == len(standard_rows())
    assert all(one.text for one in addresses.nearest(connection, *lonlat(1, 1)))


def test_estates_committees_and_crossings_lead_to_addresses(connection: Connection) -> None:
    book = read_book(connection)
    assert book.resolve("槐穗新村5号").candidates[0].text.endswith("沐峰路6弄5号")
    here = {one.text for one in book.resolve("马陆白银一坊12号").candidates}
    assert here == {"上海市嘉定区马陆镇白银路288弄12号", "上海市嘉定区马陆镇白银路12号"}
    # The unit is where the point lies, and no text says it.
    assert {one.text[-3:] for one in book.resolve("惠民社区居委会5号").candidates} >= {"园5号"}


def test_an_alias_that_has_ended_leads_nowhere(connection: Connection) -> None:
    (estate,) = addresses.list_aliases(connection)
    addresses.end_alias(connection, estate.id)
    assert read_book(connection).resolve("槐穗新村5号").status != "found"


def decided(connection: Connection) -> None:
    (number,) = addresses.enqueue(connection, [Unsure("五金店", "unknown")], source="test")
    addresses.decide(connection, number, addresses.address_called(connection, "A001"))


def reopened(connection: Connection) -> None:
    decided(connection)
    (review,) = addresses.list_reviews(connection, state="decided")
    before = book_state(connection)
    addresses.reopen(connection, review.id)
    assert book_state(connection) != before
    addresses.decide(connection, review.id, addresses.address_called(connection, "A002"))


def first_with(**values: str) -> Callable[[Connection], object]:
    first = update(address).where(address.c.source_id == "A001").values(**values)
    return lambda connection: connection.execute(first)


def road_gone(connection: Connection) -> object:
    return connection.execute(delete(dividing_line).where(dividing_line.c.name == "沐峰路"))


def address_gone(connection: Connection) -> object:
    return connection.execute(delete(address).where(address.c.source_id == "A001"))


CHANGES: dict[str, Callable[[Connection], object]] = {
    "a new address": lambda c: build(c, "new", "上海市嘉定区马陆镇新路1号", *lonlat(1, 1)),
    "another text": first_with(text="上海市嘉定区马陆镇新路1号"),
    "another point": first_with(point="SRID=4326;POINT(121.2 31.3)"),
    "an address gone": address_gone,
    "a road gone": road_gone,
    "an alias": lambda c: addresses.add_alias(c, "老街巷", "白银路"),
    "an alias ended": lambda c: addresses.end_alias(c, addresses.list_aliases(c)[0].id),
    "a town called otherwise": lambda c: publish_rows(c, "area", town_rows()["area"]),
    "a decision": decided,
    "another decision": reopened,
}


@pytest.mark.parametrize("name", CHANGES)
def test_the_state_differs_after(connection: Connection, name: str) -> None:
    before = book_state(connection)
    CHANGES[name](connection)
    assert book_state(connection) != before


def test_what_the_book_is_not_made_from_leaves_its_state(connection: Connection) -> None:
    before = book_state(connection)
    addresses.enqueue(connection, [Unsure("五金店", "unknown")], source="test")
    point = "SRID=4326;POINT(121.2 31.3)"
    connection.execute(insert(hazard).values(source_id="H", point=point))
    assert book_state(connection) == before
