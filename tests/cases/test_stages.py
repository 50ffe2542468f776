"""The table of steps: whole, without dead ends, and the same in the docs."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gisgrid.access import RIGHTS
from gisgrid.cases.stages import CLOSED, FINAL, OPEN, STEPS, Stage, next_stage, step_of
from gisgrid.errors import Conflict, Forbidden, InputError, NotFound

MOVES = {
    (source, step.to) for step in STEPS.values() if step.to is not None for source in step.sources
}


def reached(start: Stage) -> set[Stage]:
    """The stages to which steps lead from one, by breadth."""
    found, edge = {start}, [start]
    while edge:
        stage = edge.pop()
        for source, to in MOVES:
            if source is stage and to not in found:
                found.add(to)
                edge.append(to)
    return found


def test_every_stage_can_be_reached() -> None:
    assert reached(Stage.REPORTED) == set(Stage)


def test_only_final_stages_lead_nowhere() -> None:
    dead = {stage for stage in Stage if not any(source is stage for source, _ in MOVES)}
    assert dead == FINAL
    for stage in OPEN:
        assert Stage.CLOSED in reached(stage)


def test_stages_are_open_or_closed() -> None:
    assert set(Stage) == OPEN | CLOSED
    assert not OPEN & CLOSED
    assert FINAL <= CLOSED


def test_every_step_of_the_staff_is_in_a_role_that_has_its_right() -> None:
    for step in STEPS.values():
        assert step.sources, step.action
        assert step.doers, step.action
        if step.right is None:
            assert step.doers == ("reporter",)
        else:
            assert any(step.right in rights for rights in RIGHTS.values())


def test_what_refuses_somebody_says_why() -> None:
    for action in ("refuse", "not-responsible", "reopen", "extend"):
        assert STEPS[action].reason
        assert STEPS[action].told
    for action in ("send-back", "hand-back", "escalate"):
        assert STEPS[action].reason


@given(st.sampled_from(sorted(STEPS)), st.sampled_from(Stage), st.text(max_size=3), st.booleans())
def test_a_step_is_taken_as_the_table_says_or_refused(
    action: str, stage: Stage, reason: str, reporter: bool
) -> None:
    step = STEPS[action]
    mine = "reporter" in step.doers if reporter else step.right is not None
    allowed = mine and stage in step.sources and (not step.reason or bool(reason.strip()))
    if allowed:
        expected = stage if step.to is None else step.to
        assert next_stage(step, stage, reason=reason, reporter=reporter) is expected
    else:
        with pytest.raises((Conflict, Forbidden, InputError)):
            next_stage(step, stage, reason=reason, reporter=reporter)


def test_an_unknown_action_is_named_with_those_that_are() -> None:
    with pytest.raises(NotFound, match=r"'vanish': there is no such action \(one of accept,"):
        step_of("vanish")


def table() -> str:
    """The steps as the docs list them."""
    lines = [
        "| action | 中文 | from | to | right | who | |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for step in STEPS.values():
        sources = (
            "any"
            if step.sources == frozenset(Stage)
            else ", ".join(stage for stage in Stage if stage in step.sources)
        )
        words = itertools.compress(("reason", "told"), (step.reason, step.told))
        cells = (
            f"`{step.action}`", step.zh, sources, step.to or "stays", step.right or "the code",
            ", ".join(step.doers), ", ".join(words),
        )  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def test_the_docs_have_the_table() -> None:
    docs = Path(__file__).parents[2] / "docs" / "cases.md"
    assert table() in docs.read_text(encoding="utf-8"), f"docs/cases.md lacks:\n{table()}"
