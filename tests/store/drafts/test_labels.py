"""Edits that move no border, and the log: undone, made again, forked, one of two at once."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, select, text

from gisgrid.errors import Conflict, InputError, NotFound, StaleVersion
from gisgrid.store import drafts, plans
from gisgrid.store.coverages import coverage_frame
from gisgrid.store.tables import LEVELS, draft_grid
from tests.store.drafts.states import edit, new_plan, state_of, undo_all
from tests.towns import frame, publish_rows, square, town_rows


def label(engine: Engine, plan: int, code: str) -> Any:
    with engine.connect() as connection:
        return drafts.PlanState(connection, plan).grid(code)


def test_a_new_plan_has_the_grids_that_hold(quiet_town: Engine, plan: int) -> None:
    with quiet_town.connect() as connection:
        for level in LEVELS:
            drawn = drafts.frame(connection, plan, level)
            held = coverage_frame(connection, level, datetime.now(UTC))
            columns = ["id", "code", "name", "parent", "parent_name", "path", "special"]
            assert drawn[columns].to_dict("list") == held[columns].to_dict("list")
            assert drawn.geometry.tolist() == held.geometry.tolist()
            assert not drawn["drafted"].any()


@pytest.mark.parametrize(
    ("kind", "arguments", "field", "value"),
    [
        ("rename", {"name": "新名"}, "name", "新名"),
        ("recode", {"new_code": "Z9"}, "code", "Z9"),
        ("set-special", {"special": True}, "special", True),
        ("set-households", {"households": 12}, "households", 12),
        ("set-households", {"households": None}, "households", None),
        ("accept-range", {"reason": "高校宿舍"}, "range_reason", "高校宿舍"),
    ],
)
def test_what_is_said_of_a_grid_can_be_changed_and_taken_back(
    quiet_town: Engine, plan: int, kind: str, arguments: dict[str, Any], field: str, value: Any
) -> None:
    before = state_of(quiet_town, plan)
    result = edit(quiet_town, plan, kind, code="A1U1M1", **arguments)
    code = "Z9" if kind == "recode" else "A1U1M1"
    assert (result.version, result.number, result.changed) == (1, 1, (code,))
    assert getattr(label(quiet_town, plan, code), field) == value
    after = state_of(quiet_town, plan)
    assert after != before
    undo_all(quiet_town, plan)
    assert state_of(quiet_town, plan) == before
    with quiet_town.begin() as connection:
        assert drafts.redo(connection, plan).changed == (code,)
    assert state_of(quiet_town, plan) == after


def test_published_boundaries_stay_as_they_are(quiet_town: Engine, plan: int) -> None:
    def record() -> list[str]:
        with quiet_town.connect() as connection:
            return [
                *connection.scalars(text("SELECT v::text FROM gisgrid.grid_version v ORDER BY id")),
                *connection.scalars(
                    text("SELECT v::text FROM gisgrid.boundary_version v ORDER BY id")
                ),
            ]

    before = record()
    edit(quiet_town, plan, "rename", code="A1U1", name="新")
    edit(quiet_town, plan, "recode", code="A1", new_code="A7")
    assert record() == before


def test_a_code_is_one_grids_for_ever(quiet_town: Engine, plan: int) -> None:
    edit(quiet_town, plan, "recode", code="A1U1M1", new_code="X1")
    with pytest.raises(Conflict, match="A1U1M1"):
        edit(quiet_town, plan, "recode", code="A1U1M2", new_code="A1U1M1")
    with pytest.raises(Conflict, match="X1"):
        edit(quiet_town, plan, "recode", code="A1U1M2", new_code="X1")
    # Its own former code may be given to it again.
    edit(quiet_town, plan, "recode", code="X1", new_code="A1U1M1")
    assert label(quiet_town, plan, "A1U1M1").code == "A1U1M1"


@pytest.mark.parametrize(
    ("kind", "arguments", "error"),
    [
        ("rename", {"code": "A9", "name": "x"}, NotFound),
        ("rename", {"code": "A1", "name": "网格A1"}, InputError),
        ("rename", {"code": "A1"}, InputError),
        ("rename", {"code": "A1", "name": "a\x00b"}, InputError),
        ("rename", {"code": "A1", "name": "x", "colour": "red"}, InputError),
        ("rename", {"code": "A1", "name": "  "}, InputError),
        ("rename", {"code": "A1", "name": "\u3000"}, InputError),
        *(
            ("recode", {"code": "A1", "new_code": code}, InputError)
            for code in ("", " ", " A7", "A7 ", "A/7", "/", ".", "..", "A\n7")
        ),
        ("paint", {}, InputError),
        ("set-households", {"code": "A1", "households": -1}, InputError),
        ("accept-range", {"code": "A1", "reason": "big"}, InputError),
        ("accept-range", {"code": "A1U1M1", "reason": "　 "}, InputError),
        ("move-vertex", {"level": "micro", "old": [float("nan"), 1], "new": [1, 1]}, InputError),
    ],
)
def test_an_edit_that_cannot_be_made_leaves_the_plan(
    quiet_town: Engine, plan: int, kind: str, arguments: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        edit(quiet_town, plan, kind, **arguments)
    with quiet_town.connect() as connection:
        assert plans.by_id(connection, plan).version == 0
        assert drafts.log(connection, plan) == []


def test_the_log_tells_who_did_what_and_what_became_of_it(quiet_town: Engine, plan: int) -> None:
    edit(quiet_town, plan, "rename", author="甲", code="A1", name="一")
    edit(quiet_town, plan, "rename", author="乙", code="A1", name="二")
    with quiet_town.begin() as connection:
        drafts.undo(connection, plan)
    edit(quiet_town, plan, "rename", author="丙", code="A1", name="三")
    edit(quiet_town, plan, "rename", author="丁", code="A1", name="四")
    with quiet_town.begin() as connection:
        drafts.undo(connection, plan)
        found = drafts.log(connection, plan)
    assert [(one.author, one.state) for one in found] == [
        ("甲", "done"),
        ("乙", "superseded"),
        ("丙", "done"),
        ("丁", "undone"),
    ]
    assert found[0].arguments == {"code": "A1", "name": "一"}
    with quiet_town.begin() as connection:
        drafts.redo(connection, plan)
        with pytest.raises(Conflict):
            drafts.redo(connection, plan)
    assert label(quiet_town, plan, "A1").name == "四"


def test_there_is_nothing_to_undo_in_a_new_plan(quiet_town: Engine, plan: int) -> None:
    with pytest.raises(Conflict), quiet_town.begin() as connection:
        drafts.undo(connection, plan)


def test_of_two_editors_with_the_same_version_one_wins(quiet_town: Engine, plan: int) -> None:
    outcomes: list[str] = []
    ready = threading.Barrier(2)

    def change(name: str) -> None:
        ready.wait()
        try:
            edit(quiet_town, plan, "rename", expected_version=0, code="A1", name=name)
            outcomes.append(name)
        except StaleVersion:
            outcomes.append("stale")

    editors = [threading.Thread(target=change, args=(name,)) for name in ("甲", "乙")]
    for editor in editors:
        editor.start()
    for editor in editors:
        editor.join()
    assert outcomes.count("stale") == 1
    (winner,) = (name for name in outcomes if name != "stale")
    assert label(quiet_town, plan, "A1").name == winner


def test_a_fork_has_the_log_and_goes_its_own_way(quiet_town: Engine, plan: int) -> None:
    before = state_of(quiet_town, plan)
    edit(quiet_town, plan, "rename", code="A1", name="一")
    edit(quiet_town, plan, "rename", code="A2", name="二")
    drawn = state_of(quiet_town, plan)
    with quiet_town.begin() as connection:
        copy = drafts.fork(connection, plan, "另案", author="乙")
    assert state_of(quiet_town, copy) == drawn
    undo_all(quiet_town, copy)
    assert state_of(quiet_town, copy) == before
    assert state_of(quiet_town, plan) == drawn


def test_a_discarded_plan_is_kept_and_changed_no_more(quiet_town: Engine, plan: int) -> None:
    edit(quiet_town, plan, "rename", code="A1", name="一")
    with quiet_town.begin() as connection:
        plans.discard(connection, plan)
    with pytest.raises(Conflict, match="discarded"):
        edit(quiet_town, plan, "rename", code="A1", name="二")
    with quiet_town.connect() as connection:
        assert len(drafts.log(connection, plan)) == 1


def test_an_import_is_edited_after_it_became_a_drawn_plan(town: Engine) -> None:
    rows = [*town_rows()["micro"][:2], ("A1U1M9", None, square(8, 0))]
    rows[0] = ("A1U1M1", "A1U1", square(0, 0, 0.5, 1))
    with town.begin() as connection:
        listed = plans.add(connection, name="导入", level="micro", frame=frame(rows))
        with pytest.raises(Conflict, match="--listing"):
            drafts.edit(
                connection, listed, drafts.parse_edit("rename", {"code": "A1", "name": "x"})
            )
    before = state_of(town, listed)
    with town.begin() as connection:
        plan = drafts.from_listing(connection, listed, author="甲")
        keys = connection.scalars(select(draft_grid.c.key)).all()
    # The second one stays as it is and is not drawn.
    assert len(keys) == 2
    assert label(town, plan, "A1U1M1").shape.area < 0.6e-4
    assert label(town, plan, "A1U1M9").key < 0
    edit(town, plan, "rename", code="A1U1M9", name="新")
    undo_all(town, plan)
    assert state_of(town, plan) == before


def test_a_grid_that_others_published_stops_edits_until_the_plan_is_rebased(town: Engine) -> None:
    plan = new_plan(town)
    edit(town, plan, "rename", code="A1U1M1", name="甲")
    with town.begin() as connection:
        publish_rows(connection, "micro", [("A1U1M1", "A1U1", square(0, 0, 0.5, 1))])
        assert drafts.changed_since(connection, plan, 4) == ["A1U1M1"]
    with pytest.raises(Conflict, match=r"A1U1M1.*rebase"):
        edit(town, plan, "set-households", code="A1U1M1", households=3)
    edit(town, plan, "rename", code="A2", name="乙")
    with town.begin() as connection:
        assert drafts.rebase(connection, plan, expected_version=2) == (5, 3)
    rebased = label(town, plan, "A1U1M1")
    assert (rebased.name, rebased.shape.area < 0.6e-4) == ("甲", True)
    edit(town, plan, "set-households", code="A1U1M1", households=3)
    undo_all(town, plan)
    assert label(town, plan, "A1U1M1").name == "网格A1U1M1"


def test_an_edit_that_cannot_be_made_again_is_named_and_nothing_changes(town: Engine) -> None:
    plan = new_plan(town)
    edit(town, plan, "rename", code="A2", name="乙")
    edit(town, plan, "recode", code="A1U1M1", new_code="X1")
    with town.begin() as connection:
        publish_rows(connection, "micro", [("X1", None, square(9, 0))])
    before = state_of(town, plan)
    with (
        town.begin() as connection,
        pytest.raises(Conflict, match=r"edit 2 \(recode\).*X1|X1.*edit 2"),
    ):
        drafts.rebase(connection, plan)
    assert state_of(town, plan) == before
    with town.connect() as connection:
        assert plans.by_id(connection, plan).base_revision == 4
