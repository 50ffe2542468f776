"""Plans on what others published since: nothing of theirs and nothing of the plan is lost."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Connection, Engine, update

from gisgrid.errors import Conflict, InputError
from gisgrid.store import drafts, plans
from gisgrid.store.publish import publish
from gisgrid.store.reverting import plan_revert
from gisgrid.store.tables import plan as plan_table
from tests.store.drafts.states import edit, new_plan
from tests.store.publishing.drawing import put
from tests.towns import frame, square


def across(x: float) -> dict[str, Any]:
    """A line from south to north through the town, x squares from its western border."""
    lon = square(x, 0).bounds[0]
    south, north = square(0, -1).bounds[1], square(0, 9).bounds[3]
    return {"coordinates": [[lon, south], [lon, north]]}


def change(connection: Connection, plan: int, kind: str, **arguments: Any) -> Any:
    return drafts.edit(connection, plan, drafts.parse_edit(kind, arguments))


def name_of(connection: Connection, plan: int, code: str) -> str:
    return drafts.PlanState(connection, plan).grid(code).name


def list_first(connection: Connection) -> int:
    """A listing that calls a grid otherwise."""
    listed = frame([("A1U1M1", "A1U1", square(0, 0))]).assign(name="导入名")
    return plans.add(connection, name="导入", level="micro", frame=listed)


def rename_and_publish(connection: Connection, name: str) -> int:
    plan = drafts.new(connection, "他案")
    change(connection, plan, "rename", code="A1U1M1", name=name)
    return publish(connection, plan, overlap_tolerance_m2=1.0).revision


def test_a_listing_that_is_drawn_loses_nothing_that_others_published(town: Engine) -> None:
    with town.begin() as connection:
        listed = list_first(connection)
        rename_and_publish(connection, "他名")
        drawn = drafts.from_listing(connection, listed)
        for plan in (listed, drawn):
            with pytest.raises(Conflict, match=r"A1U1M1.*rebase"), connection.begin_nested():
                put(connection, plan)
        # Rebasing says that it was looked at.
        drafts.rebase(connection, drawn)
        put(connection, drawn)
        assert name_of(connection, drafts.new(connection, "x"), "A1U1M1") == "导入名"


def test_a_listing_from_before_all_boundaries_is_drawn_after_it_was_rebased(town: Engine) -> None:
    with town.begin() as connection:
        listed = list_first(connection)
        connection.execute(
            update(plan_table).where(plan_table.c.id == listed).values(base_revision=None)
        )
        with pytest.raises(Conflict, match=f"before any boundary.*gisgrid plan rebase {listed}"):
            drafts.from_listing(connection, listed)
        assert drafts.rebase(connection, listed, expected_version=0) == (4, 1)
        put(connection, drafts.from_listing(connection, listed))


def test_what_a_revert_takes_back_is_kept_by_a_rebase(town: Engine) -> None:
    with town.begin() as connection:
        number = rename_and_publish(connection, "新名")
        back = plan_revert(connection, number, author="甲")
        assert [(one.kind, one.arguments, one.author) for one in drafts.log(connection, back)] == [
            ("revert", {"revision": number}, "甲")
        ]
        change(connection, back, "set-households", code="A1U1M1", households=7)
        drafts.rebase(connection, back)
        assert name_of(connection, back, "A1U1M1") == "网格A1U1M1"
        drafts.undo(connection, back)
        assert drafts.undo(connection, back).changed == ("A1U1M1",)
        assert name_of(connection, back, "A1U1M1") == "新名"
        drafts.redo(connection, back)
        rename_and_publish(connection, "又名")
        with pytest.raises(Conflict, match=r"edit 1 \(revert\).*changed again"):
            drafts.rebase(connection, back)


def test_codes_that_were_chosen_are_chosen_again_and_edits_follow_them(town: Engine) -> None:
    mine, theirs = new_plan(town), new_plan(town)
    taken = edit(town, mine, "split", code="A1U1M1", line=across(0.7)).made
    edit(town, mine, "rename", code=taken[0], name="公园")
    edit(town, mine, "merge", codes=["A1U1M2", taken[0]], into=taken[0])
    assert edit(town, theirs, "split", code="A1U1M4", line=across(1.5)).made == taken
    with town.begin() as connection:
        put(connection, theirs)
        with pytest.raises(Conflict), connection.begin_nested():
            put(connection, mine)
        drafts.rebase(connection, mine)
        state = drafts.frame(connection, mine, "micro")
        assert not state["code"].duplicated().any()
        assert name_of(connection, mine, taken[0]) != "公园"
        (park,) = state[state["name"] == "公园"]["code"]
        log = drafts.log(connection, mine)
        assert log[0].arguments["new_codes"] == []
        assert log[2].arguments["codes"] == ["A1U1M2", park]
        assert log[2].arguments["into"] == park
        # And once more, from the log as it is now.
        drafts.rebase(connection, mine)
        assert name_of(connection, mine, park) == "公园"
        put(connection, mine)


def test_a_code_that_was_given_is_kept_or_the_edit_is_named(town: Engine) -> None:
    mine, theirs = new_plan(town), new_plan(town)
    for plan, code, at in ((mine, "A1U1M1", 0.5), (theirs, "A1U1M4", 1.5)):
        edit(town, plan, "split", code=code, line=across(at), new_codes=["GIVEN"])
    with town.begin() as connection:
        put(connection, theirs)
        with pytest.raises(Conflict, match=r"edit 1 \(split\).*another grid's"):
            drafts.rebase(connection, mine)


def test_an_edit_that_leaves_all_as_it_is_is_refused(quiet_town: Engine, plan: int) -> None:
    lon, lat = square(0, 0).bounds[2:]
    # The second is the vertex too, within a millimetre.
    for corner in ((lon, lat), (lon + 1e-9, lat)):
        with pytest.raises(InputError, match="changes nothing"):
            edit(quiet_town, plan, "move-vertex", level="micro", old=corner, new=corner)
    with quiet_town.connect() as connection:
        assert plans.by_id(connection, plan).version == 0


def test_whatever_becomes_of_a_plan_raises_its_version(town: Engine) -> None:
    with town.begin() as connection:
        listed = list_first(connection)
        versions = [plans.by_id(connection, listed).version]
        plans.rebase_listed(connection, listed)
        versions.append(plans.by_id(connection, listed).version)
        put(connection, listed)
        versions.append(plans.by_id(connection, listed).version)
        given_up = drafts.new(connection, "x")
        plans.discard(connection, given_up)
        assert plans.by_id(connection, given_up).version == 1
    assert versions == [0, 1, 2]


def test_plans_are_listed_from_a_number_down(quiet_town: Engine) -> None:
    numbers = [new_plan(quiet_town) for _ in range(4)]
    with quiet_town.connect() as connection:
        found = plans.listing(connection, before=numbers[3], limit=2)
    assert [plan.id for plan in found] == [numbers[2], numbers[1]]
