from __future__ import annotations

import pytest
from sqlalchemy import Connection, Engine

from gisgrid.errors import Forbidden
from gisgrid.store import drafts, plans
from gisgrid.store.drafts.arguments import Rename
from gisgrid.store.publish import publish


def drawn(connection: Connection, author: str, *editors: str) -> int:
    made = drafts.new(connection, "two pairs of eyes", author=author)
    for number, editor in enumerate(editors):
        edit = Rename(code="A1U1M1", name=f"name {number}")
        drafts.edit(connection, made, edit, author=editor)
    return made


def published(connection: Connection, plan_id: int, author: str, *, another: bool = True) -> int:
    done = publish(
        connection, plan_id, overlap_tolerance_m2=1.0, author=author, needs_another=another
    )
    return done.revision


def test_an_author_publishes_where_nobody_else_is_asked_for(town: Engine) -> None:
    with town.begin() as connection:
        before = published(connection, drawn(connection, "ann", "ann"), "ann", another=False)
    assert before


@pytest.mark.parametrize("publisher", ["ann", "Ann", "bob", ""])
def test_who_began_or_edited_a_plan_does_not_publish_it(town: Engine, publisher: str) -> None:
    with town.begin() as connection:
        plan_id = drawn(connection, "ann", "bob")
    with pytest.raises(Forbidden), town.begin() as connection:
        published(connection, plan_id, publisher)
    with town.begin() as connection:
        assert plans.by_id(connection, plan_id).state == "draft"
        assert published(connection, plan_id, "cleo")


def test_an_edit_that_was_undone_counts(town: Engine) -> None:
    with town.begin() as connection:
        plan_id = drawn(connection, "ann", "bob", "cleo")
        drafts.undo(connection, plan_id)
        with pytest.raises(Forbidden):
            published(connection, plan_id, "cleo")


def test_who_forks_a_plan_does_not_make_it_theirs(town: Engine) -> None:
    with town.begin() as connection:
        forked = drafts.fork(connection, drawn(connection, "ann", "bob"), "fork", author="cleo")
        for publisher in ("bob", "cleo"):
            with pytest.raises(Forbidden):
                published(connection, forked, publisher)


def test_an_unknown_author_may_be_anybody(town: Engine) -> None:
    with town.begin() as connection, pytest.raises(Forbidden, match="not known"):
        published(connection, drawn(connection, "", "bob"), "ann")
