from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from gisgrid.access import RIGHTS, ROLES
from gisgrid.cli.accounts import Role, print_links
from gisgrid.settings import Settings
from gisgrid.store import accounts
from gisgrid.store.engine import make_engine
from tests.commands import Run


@pytest.fixture(scope="module")
def shared(clone: Callable[[str], str], town_template: str) -> Iterator[Engine]:
    """A town in which accounts are made."""
    made = make_engine(clone(town_template))
    yield made
    made.dispose()


@pytest.fixture
def run(shared: Engine, gisgrid: Run, monkeypatch: pytest.MonkeyPatch) -> Run:
    url = shared.url.render_as_string(hide_password=False)
    monkeypatch.setenv("GISGRID_DATABASE_URL", url)
    return gisgrid


def test_every_role_can_be_named() -> None:
    assert tuple(Role) == ROLES


def listed(run: Run, name: str) -> dict[str, object]:
    code, out, _ = run("account", "list", "--json")
    assert code == 0
    found: dict[str, object] = next(one for one in json.loads(out) if one["name"] == name)
    return found


def test_an_account_from_its_making_to_its_end(run: Run, shared: Engine, tmp_path: Path) -> None:
    words = tmp_path / "words.txt"
    words.write_text("three plain words\n", encoding="utf-8")
    added = ("account", "add", "Wang.Jun", "--role", "member", "--grid", "A1U1")
    assert run(*added, "--department", "chengguan", "--password-file", words)[0] == 0
    assert (
        run("account", "role", "wang.jun", "reviewer", "--whole", "--until", "2099-01-01")[0] == 0
    )
    found = listed(run, "wang.jun")
    roles = found["roles"]
    assert isinstance(roles, list)
    assert [(one["role"], one["whole"]) for one in roles] == [("member", False), ("reviewer", True)]
    assert found["has_password"] and found["department"] == "chengguan"
    assert roles[1]["valid_to"].startswith("2099-01-01T00:00:00+08:00")
    shown = run("account", "list")[1]
    assert "member@A1U1" in shown and "reviewer@*" in shown

    assert run("account", "role", "wang.jun", "--withdraw", roles[1]["id"])[0] == 0
    code, token, said = run("key", "new", "wang.jun", "--label", "phone", "--days", "7")
    assert code == 0 and "只显示这一次" in said
    with shared.connect() as connection:
        admitted = accounts.by_key(connection, token.strip())
    assert admitted is not None and admitted.viewer.name == "wang.jun"
    # All that the account may, and the role that was withdrawn no more.
    assert admitted.viewer.limited_to == RIGHTS["member"]
    keys = json.loads(run("key", "list", "wang.jun", "--json")[1])
    assert keys[0]["label"] == "phone" and token.strip()[16:] not in json.dumps(keys)
    assert run("key", "revoke", keys[0]["id"])[0] == 0
    assert "已吊销" in run("key", "list")[1]
    assert run("key", "revoke", keys[0]["id"])[0] == 3

    link = run("account", "link", "wang.jun")[1].strip()
    assert link.startswith("/login/link?token=")
    assert run("account", "disable", "wang.jun")[0] == 0
    assert listed(run, "wang.jun")["disabled_at"]
    assert run("account", "disable", "wang.jun", "--enable")[0] == 0
    assert listed(run, "wang.jun")["disabled_at"] is None


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("account", "add", "a b"), 2),
        (("account", "add", "nowhere", "--role", "member"), 2),
        (("account", "add", "nowhere", "--role", "member", "--grid", "none"), 3),
        (("account", "add", "nowhere", "--role", "king", "--whole"), 2),
        (("account", "role", "nobody", "member", "--whole"), 3),
        (("account", "role", "nobody"), 2),
        (("account", "link", "nobody"), 3),
        (("key", "new", "nobody"), 3),
        (("key", "list", "nobody"), 3),
    ],
)
def test_what_cannot_be_done_is_one_line_and_leaves_nothing(
    run: Run, words: tuple[str, ...], code: int
) -> None:
    found, out, said = run(*words)
    assert (found, out) == (code, "")
    assert len(said.strip().splitlines()) == 1
    assert "nowhere" not in run("account", "list")[1]


def test_a_password_that_is_refused_makes_no_account(run: Run, tmp_path: Path) -> None:
    words = tmp_path / "words.txt"
    words.write_text("password1234\n", encoding="utf-8")
    code, _, said = run("account", "add", "weak.one", "--password-file", words)
    assert code == 2 and "password1234" not in said
    assert "weak.one" not in run("account", "list")[1]


def test_a_key_needs_a_right(run: Run) -> None:
    assert run("account", "add", "no.roles")[0] == 0
    assert run("key", "new", "no.roles")[0] == 2
    code, out, _ = run("key", "new", "no.roles", "--right", "resolve", "--json")
    assert code == 0 and json.loads(out)["token"].startswith("gg_")


def test_a_link_is_printed_until_there_is_an_administrator(
    engine: Engine, capsys: pytest.CaptureFixture[str], settings: Settings
) -> None:
    token = ""
    known = settings.model_copy(update={"public_url": "https://grid.example.cn/"})
    for said_settings, address in ((settings, "http://h:1"), (known, "https://grid.example.cn")):
        with engine.begin() as connection:
            print_links(connection, said_settings, "http://h:1")
        said = capsys.readouterr().err
        link = re.search(r"(\S+)/login/link\?token=(\S+)", said)
        assert link is not None and link[1] == address
        token = link[2]
    with engine.begin() as connection:
        accounts.use_link(connection, token, "three plain words", name="root")
        print_links(connection, settings, "http://h:1")
    assert capsys.readouterr().err == ""
