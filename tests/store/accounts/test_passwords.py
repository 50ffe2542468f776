from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gisgrid.errors import InputError
from gisgrid.store.accounts import LONGEST, SHORTEST, hashed, matches, require_good


@pytest.mark.parametrize(
    "password",
    [
        "short words",
        "x" * (LONGEST + 1),
        "password1234",
        "Password1234",
        "PASSWORD1234!!",
        "aaaaaaaaaaaaaaaa",
        "abababababab",
        "123412341234",
        "wang.jun.wang.jun",
        "Wang.Jun-2026",
        "",
    ],
)
def test_what_is_guessed_early_is_refused_and_not_repeated(password: str) -> None:
    with pytest.raises(InputError) as refused:
        require_good(password, "wang.jun")
    assert not password or password not in str(refused.value)


@pytest.mark.parametrize(
    "password",
    [
        "three plain words",
        "白银一坊的晾衣绳挂在两棵树之间",
        "all lower case",
        "4815162342108",
        "x" * 8 + "abcdefg",
    ],
)
def test_what_it_is_made_of_is_free(password: str) -> None:
    require_good(password, "wang.jun")


@given(st.text(min_size=SHORTEST, max_size=LONGEST))
def test_whatever_is_taken_is_not_too_short_however_it_is_written(password: str) -> None:
    try:
        require_good(password, "")
    except InputError:
        return
    assert len(set(password)) >= 4


def test_a_hash_knows_its_password_on_every_keyboard() -> None:
    kept = hashed("ｆｕｌｌ ｗｉｄｔｈ é")
    assert kept.startswith("$argon2id$")
    assert matches("full width e\N{COMBINING ACUTE ACCENT}", kept)
    assert not matches("full width e", kept)
    assert hashed("the same words") != hashed("the same words")


def test_nobody_matches_nothing() -> None:
    assert not matches("nobody has this password", None)
    assert not matches("", None)
    assert not matches("x" * 1_000_000, None)
