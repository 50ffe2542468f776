"""The sample district, built once for all tests that look at it."""

from __future__ import annotations

import pytest

from gisgrid.sample import District, build_district


@pytest.fixture(scope="session")
def district() -> District:
    """The district of the default seed."""
    return build_district()
