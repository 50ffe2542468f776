"""Books that are built once."""

from __future__ import annotations

import pytest

from gisgrid.address import AddressBook
from gisgrid.bench.address_books import sample_standards
from gisgrid.sample import District
from tests.address.small import small_book


@pytest.fixture(scope="session")
def small() -> AddressBook:
    """The book of the made-up district of three towns."""
    return small_book()


@pytest.fixture(scope="session")
def book(district: District) -> AddressBook:
    """The book of the sample district."""
    return sample_standards(district).book()
