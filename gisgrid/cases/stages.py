"""The stages of a case, and the one table of the steps from stage to stage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Literal

from gisgrid.access import Right
from gisgrid.errors import Conflict, Forbidden, InputError, NotFound

__all__ = ["CLOSED", "FINAL", "OPEN", "STEPS", "Doer", "Stage", "Step", "next_stage", "step_of"]

Doer = Literal["member", "chief", "department", "reporter", "system"]


class Stage(StrEnum):
    """Where a case is on its way."""

    REPORTED = "reported"
    ACCEPTED = "accepted"
    DISPATCHED = "dispatched"
    IN_PROGRESS = "in-progress"
    FEEDBACK = "feedback"
    VERIFIED = "verified"
    CLOSED = "closed"
    REFUSED = "refused"
    MERGED = "merged"
    NOT_RESPONSIBLE = "not-responsible"

    @property
    def zh(self) -> str:
        """What a Chinese reader calls it."""
        return _NAMES[self][0]

    @property
    def en(self) -> str:
        """What an English reader calls it."""
        return _NAMES[self][1]


_NAMES: Final[Mapping[Stage, tuple[str, str]]] = {
    Stage.REPORTED: ("已上报", "Reported"),
    Stage.ACCEPTED: ("已受理", "Accepted"),
    Stage.DISPATCHED: ("已派遣", "Dispatched"),
    Stage.IN_PROGRESS: ("处理中", "In progress"),
    Stage.FEEDBACK: ("已反馈", "Done, to be verified"),
    Stage.VERIFIED: ("已核实", "Verified"),
    Stage.CLOSED: ("已结案", "Closed"),
    Stage.REFUSED: ("不予受理", "Refused"),
    Stage.MERGED: ("已并案", "Merged"),
    Stage.NOT_RESPONSIBLE: ("非本单位职责", "Not our responsibility"),
}

# What nothing leads out of, save that it may be opened again.
CLOSED: Final = frozenset({Stage.CLOSED, Stage.REFUSED, Stage.MERGED, Stage.NOT_RESPONSIBLE})
OPEN: Final = frozenset(Stage) - CLOSED
# What nothing leads out of at all.
FINAL: Final = frozenset({Stage.MERGED})


@dataclass(frozen=True)
class Step:
    """Something that can be done with a case: one line of the table.

    Attributes
    ----------
    action : str
    zh, en : str
        What buttons and histories call it.
    sources : frozenset of Stage
        The stages in which it can be done.
    to : Stage or None
        Where it leads; None: the case stays where it is.
    right : Right or None
        What a member of the staff needs; None: it is the reporter's own.
    doers : tuple of str
        Whose work it is; the reporter may do it with the code of the report.
    reason : bool
        Words have to be given.
    told : bool
        The reporter hears of it, and reads the words.
    """

    action: str
    zh: str
    en: str
    sources: frozenset[Stage]
    to: Stage | None
    right: Right | None
    doers: tuple[Doer, ...]
    reason: bool = False
    told: bool = False


def _table() -> dict[str, Step]:
    work, whistle = Right.WORK_CASES, Right.WHISTLE
    grid: tuple[Doer, ...] = ("member", "chief")
    called: tuple[Doer, ...] = ("department",)
    s = Stage
    called_in = frozenset({s.DISPATCHED, s.IN_PROGRESS, s.FEEDBACK})
    working = frozenset({s.ACCEPTED, s.DISPATCHED, s.IN_PROGRESS})
    steps = (
        Step(
            "accept", "受理", "Accept", frozenset({s.REPORTED}), s.ACCEPTED, work, grid, told=True,
        ),
        Step(
            "refuse", "不予受理", "Refuse", frozenset({s.REPORTED, s.ACCEPTED}), s.REFUSED,
            work, grid, reason=True, told=True,
        ),
        Step(
            "not-responsible", "非本单位职责", "Not our responsibility",
            frozenset({s.REPORTED, s.ACCEPTED}), s.NOT_RESPONSIBLE,
            work, grid, reason=True, told=True,
        ),
        Step(
            "merge", "并案", "Merge", working | {s.REPORTED, s.FEEDBACK}, s.MERGED, work, grid,
            told=True,
        ),
        Step(
            "close-on-spot", "当场办结", "Close on the spot",
            frozenset({s.REPORTED, s.ACCEPTED}), s.CLOSED, work, grid, told=True,
        ),
        Step("dispatch", "派遣", "Dispatch", frozenset({s.ACCEPTED}), s.DISPATCHED, whistle,
             ("chief",)),
        Step("call", "吹哨", "Call departments", called_in, None, whistle, ("chief",)),
        Step("report-in", "报到", "Report in", called_in, None, work, called),
        Step("join", "入群", "Join", called_in, None, work, called),
        Step("leave", "退群", "Leave", called_in, None, work, called, reason=True),
        Step("hand-lead", "移交主办", "Hand over the lead", called_in, None, work,
             ("chief", "department")),
        Step("begin", "开始处理", "Begin", frozenset({s.ACCEPTED, s.DISPATCHED}), s.IN_PROGRESS,
             work, ("member", "department")),
        Step(
            "hand-back", "退回", "Hand back", frozenset({s.DISPATCHED, s.IN_PROGRESS}),
            s.ACCEPTED, work, called, reason=True,
        ),
        Step(
            "feedback", "反馈结果", "Report as done", frozenset({s.IN_PROGRESS}), s.FEEDBACK,
            work, ("member", "department"), told=True,
        ),
        Step("verify", "核实", "Verify", frozenset({s.FEEDBACK}), s.VERIFIED, work, grid),
        Step(
            "send-back", "核实未通过", "Send back", frozenset({s.FEEDBACK, s.VERIFIED}),
            s.IN_PROGRESS, work, grid, reason=True,
        ),
        Step("close", "结案", "Close", frozenset({s.VERIFIED}), s.CLOSED, work, grid, told=True),
        Step(
            "reopen", "重新打开", "Open again",
            frozenset({s.CLOSED, s.REFUSED, s.NOT_RESPONSIBLE}), s.ACCEPTED,
            work, (*grid, "reporter"), reason=True, told=True,
        ),
        Step(
            "escalate", "升级督办", "Escalate", OPEN, None, work, (*grid, "system"), reason=True,
        ),
        Step(
            "extend", "批准延期", "Allow more time", working, None, whistle, ("chief",),
            reason=True, told=True,
        ),
        Step("relocate", "更正位置", "Correct the place", OPEN, None, whistle, ("chief",),
             reason=True),
        Step(
            "reply", "答复", "Reply to the reporter", OPEN | {s.CLOSED}, None, work,
            (*grid, "department"), reason=True, told=True,
        ),
        Step("note", "备注", "Note", frozenset(Stage), None, work, (*grid, "department"),
             reason=True),
        Step("rate", "评价", "Rate", frozenset({s.CLOSED}), None, None, ("reporter",), told=True),
    )  # fmt: skip
    return {step.action: step for step in steps}


STEPS: Final[Mapping[str, Step]] = MappingProxyType(_table())


def step_of(action: str) -> Step:
    """The line of the table for an action.

    Raises
    ------
    NotFound
        There is none.
    """
    found = STEPS.get(action)
    if found is None:
        raise NotFound(
            "there is no such action", where=repr(action), fix=f"one of {', '.join(STEPS)}"
        )
    return found


def next_stage(
    step: Step, stage: Stage, *, reason: str = "", reporter: bool = False, where: str = ""
) -> Stage:
    """The stage to which a step leads.

    Parameters
    ----------
    step : Step
    stage : Stage
        In which the case is.
    reason : str
        The words given.
    reporter : bool
        It is the reporter who does it, not the staff.
    where : str
        What errors call the case.

    Raises
    ------
    Forbidden
        The step is the reporter's, or is not.
    Conflict
        It cannot be done in this stage.
    InputError
        It needs a reason.
    """
    if reporter != (step.right is None) and not (reporter and "reporter" in step.doers):
        whose = "not the reporter's to do" if reporter else "the reporter's own"
        raise Forbidden(f"{step.action} is {whose}", where=where)
    if stage not in step.sources:
        allowed = ", ".join(one for one in Stage if one in step.sources)
        raise Conflict(
            f"the case is {stage}; {step.action} is possible when it is {allowed}",
            where=where,
            fix="look at the case again",
        )
    if step.reason and not reason.strip():
        raise InputError(f"{step.action} needs a reason", where=where, fix="say why")
    return step.to or stage
