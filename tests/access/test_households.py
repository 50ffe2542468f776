"""Addresses, and whose they are."""

from __future__ import annotations

import pytest

from gisgrid.access.households import address_of, household


@pytest.mark.parametrize(
    ("host", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("testclient", ""),
        ("", ""),
    ],
)
def test_an_address_counts_as_its_household(host: str, counted: str) -> None:
    assert household(address_of(host)) == counted
