from __future__ import annotations

import pytest

from gisgrid.settings import Settings


@pytest.mark.parametrize(
    ("text", "origins"),
    [("patrol", ("patrol",)), (" patrol, member ,", ("patrol", "member")), ("", ())],
)
def test_discoverers_are_listed_with_commas(
    monkeypatch: pytest.MonkeyPatch, text: str, origins: tuple[str, ...]
) -> None:
    monkeypatch.setenv("GISGRID_DISCOVERERS", text)
    assert Settings().discoverers == origins
