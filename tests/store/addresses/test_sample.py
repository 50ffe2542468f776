"""The sample district's other names lead where they should."""

from __future__ import annotations

import numpy as np
import pytest
from sqlalchemy import Engine

from gisgrid.address.book import AddressBook
from gisgrid.sample import District
from gisgrid.store.addresses import list_aliases, nearest, read_book
from gisgrid.store.addresses.aliases import NewAlias, fault_of
from gisgrid.store.addresses.words import StandardWords


@pytest.fixture(scope="module")
def book(sample: Engine) -> AddressBook:
    """The sample's addresses."""
    with sample.connect() as connection:
        return read_book(connection)


def test_all_other_names_are_loaded_and_none_hides_an_address(
    sample: Engine, district: District
) -> None:
    with sample.connect() as connection:
        held = list_aliases(connection)
        rows = [(one.name, one.means, one.kind) for one in held]
        made = [NewAlias.said(*row) for row in rows]
        words = StandardWords.read(connection)
        assert [one for one in made if fault_of(one, words)] == []
    assert rows == list(district.aliases.itertuples(index=False, name=None))
    assert [one.name for one in made] == [name for name, _, _ in rows]


def test_estates_lead_to_the_addresses_of_their_lane(book: AddressBook, district: District) -> None:
    known = district.addresses
    lanes = known[known["estate"].notna() & known["lane"].notna()]
    for row in lanes.sample(200, random_state=4).itertuples():
        match = book.resolve(f"{row.estate}{row.number}")
        assert match.candidates[0].text == row.address
        assert match.status == "found"


def test_the_nearest_address_of_a_door_is_its_own(sample: Engine, district: District) -> None:
    rows = district.addresses.sample(30, random_state=np.random.RandomState(2))
    with sample.connect() as connection:
        for row in rows.itertuples():
            (found,) = nearest(connection, row.geometry.x, row.geometry.y, limit=1)
            assert (found.source_id, found.text, found.metres) == (row.id, row.address, 0)
