"""Any sequence of steps, by hypothesis: no stage outside the table, no event lost, one lead."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Connection, Engine, select

from gisgrid.cases.categories import categories
from gisgrid.cases.stages import STEPS, Stage, Step
from gisgrid.errors import GisgridError, StaleVersion
from gisgrid.store import audit
from gisgrid.store.cases import (
    act,
    act_by_code,
    calls_of,
    get,
    hazard_id,
    history,
    relocate,
)
from gisgrid.store.scope import look_as
from gisgrid.store.tables import hazard
from tests.store.cases.conftest import ALL, CHIEF, RESIDENT, place, told

DEPARTMENTS = ("chengguan", "market", "housing")
# Whether these succeed is said by the table alone.
PLAIN = frozenset(
    {"accept", "refuse", "not-responsible", "close-on-spot", "begin", "hand-back", "feedback"}
    | {"verify", "send-back", "close", "reopen", "reply", "note"}
)

WAY = frozenset(
    {"accept", "dispatch", "begin", "feedback", "verify", "close", "reopen", "hand-back"}
    | {"send-back"}
)
PARTS = frozenset({"accept", "dispatch", "call", "report-in", "join", "leave", "hand-lead"})

abouts = st.sampled_from(["", *DEPARTMENTS, "market,housing", "3", "ufo"])


class Followed:
    """What is known of a case without asking the record."""

    def __init__(self, number: str, code: str, category: str) -> None:
        self.number = number
        self.code = code
        self.category = category
        self.stage = Stage.REPORTED
        self.version = 1


class Cases(RuleBasedStateMachine):
    """Steps with a few cases, each in a transaction of its own that is committed."""

    engine: ClassVar[Engine]

    def __init__(self) -> None:
        super().__init__()
        self.all: list[Followed] = []

    @initialize()
    def begin(self) -> None:
        self.tell("strung-wires", "resident")

    @precondition(lambda self: sum(one.stage is not Stage.MERGED for one in self.all) < 3)
    @rule(
        category=st.sampled_from(sorted(categories())),
        source=st.sampled_from(["patrol", "resident", "tip"]),
    )
    def tell(self, category: str, source: str) -> None:
        with self.engine.begin() as connection:
            look_as(connection, ALL)
            case = told(connection, category=category, source=source, coded=True)
        self.all.append(Followed(case.number, case.code, category))

    @rule(data=st.data(), department=st.sampled_from(DEPARTMENTS))
    def go_on(self, data: st.DataObject, department: str) -> None:
        """Some steps on the way, or back on it; chance alone would seldom get far."""
        case = self._one(data)
        for _ in range(data.draw(st.integers(1, 6))):
            self._go(case, data, department, WAY)

    @rule(data=st.data())
    def whistle(self, data: st.DataObject) -> None:
        """Departments come and go."""
        case = self._one(data)
        for _ in range(data.draw(st.integers(1, 6))):
            self._go(case, data, data.draw(st.sampled_from(DEPARTMENTS)), PARTS)

    @rule(data=st.data(), department=st.sampled_from(DEPARTMENTS))
    def take_a_step(self, data: st.DataObject, department: str) -> None:
        """Any step that the table has for the stage, or the departments' part of it."""
        self._go(self._one(data), data, department, frozenset(STEPS) - {"merge", "rate"})

    def _one(self, data: st.DataObject) -> Followed:
        return data.draw(st.sampled_from(self.all))

    def _go(
        self, case: Followed, data: st.DataObject, department: str, actions: frozenset[str]
    ) -> None:
        possible = [one for one in actions if case.stage in STEPS[one].sources]
        step = STEPS[data.draw(st.sampled_from(sorted(possible) or ["note"]))]
        self._try(
            case,
            step,
            lambda c: act(
                c, case.number, step.action, actor=CHIEF, reason="因为", about=department
            ),
            sure=True,
        )

    @rule(data=st.data(), step=st.sampled_from(list(STEPS.values())), about=abouts)
    def try_what_may_fail(self, data: st.DataObject, step: Step, about: str) -> None:
        """Without a reason, by the reporter, into another case, or on an old version."""
        case, other = self._one(data), self._one(data)
        reporter = data.draw(st.booleans())
        about = other.number if step.action == "merge" else about

        def do(connection: Connection) -> Any:
            if reporter:
                return act_by_code(
                    connection, case.code, step.action, actor=RESIDENT, reason="还在", about=about
                )
            return act(connection, case.number, step.action, actor=CHIEF, about=about)

        self._try(case, step, do)
        with pytest.raises(StaleVersion), self.engine.begin() as connection:
            look_as(connection, ALL)
            act(connection, case.number, "note", actor=CHIEF, reason="x", version=case.version - 1)

    @rule(data=st.data(), square=st.integers(0, 7))
    def move(self, data: st.DataObject, square: int) -> None:
        """Its place was wrong; it may lie there already."""
        case, where = self._one(data), place(square + 0.5, 1.5)
        self._try(
            case,
            STEPS["relocate"],
            lambda c: relocate(
                c, case.number, where["lon"], where["lat"], actor=CHIEF, reason="因为"
            ),
        )

    def _try(
        self,
        case: Followed,
        step: Step,
        do: Callable[[Connection], Any],
        *,
        sure: bool = False,
    ) -> None:
        """Take a step; what the table allows happens, and nothing else."""
        allowed = case.stage in step.sources
        try:
            with self.engine.begin() as connection:
                done = do(look_as(connection, ALL))
        except GisgridError:
            assert not (sure and allowed and step.action in PLAIN)
        else:
            assert allowed
            case.stage = step.to or case.stage
            case.version += 1
            assert (done.stage, done.version) == (case.stage, case.version)
        self._check(case)

    def _check(self, case: Followed) -> None:
        """The record says of a case what was done with it."""
        with self.engine.connect() as connection:
            look_as(connection, ALL)
            now = get(connection, case.number)
            events = history(connection, case.number)
            calls = calls_of(connection, [now.id])[now.id]
            h = hazard.c
            query = select(h.state, h.micro_id).where(h.source_id == hazard_id(case.number))
            state, micro = connection.execute(query).one_or_none() or (None, now.grids["micro"])
        assert (now.stage, now.version) == (case.stage, case.version)
        assert [one.version for one in events] == list(range(1, case.version + 1))
        stage = None
        for one in events:
            assert one.before is stage
            if stage is not None:
                step = STEPS[one.action]
                assert stage in step.sources
                assert one.after is (step.to or stage)
            stage = one.after
        assert stage is now.stage
        leads = [one.department for one in calls if one.role == "lead" and one.left_at is None]
        assert leads == ([now.lead_department] if now.lead_department else [])
        assert state == expected_hazard(now.category.group, now.stage)
        assert micro == now.grids["micro"]

    def teardown(self) -> None:
        for case in self.all:
            self._check(case)
        with self.engine.connect() as connection:
            assert audit.check(connection).fault is None


def expected_hazard(group: str, stage: Stage) -> str | None:
    if group in ("dispute", "service") or stage in ("refused", "merged", "not-responsible"):
        return None
    return "fixed" if stage == "closed" else "open"


def follow(engine: Engine, examples: int, steps: int) -> None:
    Cases.engine = engine
    run_state_machine_as_test(
        Cases,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            suppress_health_check=list(HealthCheck),
            # To make a failure smaller takes minutes of transactions; its steps are printed.
            phases=[Phase.generate],
        ),
    )


def test_any_sequence_of_steps(town_engine: Engine) -> None:
    follow(town_engine, 8, 20)


@pytest.mark.drill
def test_any_long_sequence_of_steps(town_engine: Engine) -> None:
    follow(town_engine, 60, 50)
