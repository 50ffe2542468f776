"""What every step of a case has in common: the row is held, and one event is written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

from sqlalchemy import func, insert, update

from gisgrid.cases.stages import CLOSED, Stage, next_stage
from gisgrid.errors import Forbidden, InputError, StaleVersion
from gisgrid.store.cases.mirror import follow
from gisgrid.store.cases.records import Case, case_of, no_such_case, select_cases
from gisgrid.store.revisions import hold_still
from gisgrid.store.scope import lies_within, visible_to
from gisgrid.store.tables import case_event, case_file, case_note
from gisgrid.store.texts import storable

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection

    from gisgrid.access import Actor
    from gisgrid.cases.stages import Step

__all__ = ["LONGEST_PLACE", "Held", "checked_words", "hold", "take", "write_event"]

LONGEST_PLACE: Final = 200
"""Letters of the words that say where a case is."""

_LONGEST: Final = 4000


@dataclass(frozen=True)
class Held:
    """A case whose row nobody else can change until the transaction ends.

    Attributes
    ----------
    case : Case
    now : datetime
        The present.
    lies_within : bool
        It lies where the one who changes it may see; else their department was called to it.
    """

    case: Case
    now: datetime
    lies_within: bool = True

    def leads_to(self, step: Step, reason: str = "") -> Stage:
        """The stage to which a step of the staff leads.

        Raises
        ------
        Forbidden
            It is not for a department that came, or is the reporter's.
        Conflict
            It cannot be done in this stage.
        InputError
            It needs a reason, or one that can be kept.
        """
        case = self.case
        checked_words(reason, "reason")
        if not self.lies_within and "department" not in step.doers:
            raise Forbidden(f"{step.action} is for the grid to do", where=case.number)
        return next_stage(step, case.stage, reason=reason, where=case.number)


def hold(
    connection: Connection, number: str, version: int | None = None, *, of: Any = None
) -> Held:
    """Hold a case for a change.

    Parameters
    ----------
    connection : Connection
        Of a transaction.
    number : str
    version : int, optional
        On which the change was made.
    of : column expression, optional
        Which row is meant instead of those that may be seen: the reporter's own.

    Raises
    ------
    NotFound
        There is no such case, or none that may be seen.
    StaleVersion
        Somebody has changed it since.
    """
    # Publishes come first: they lock this row while they hold the lock that its change waits for.
    hold_still(connection)
    meant: list[ColumnElement[bool]] = (
        [case_file.c.number == number, visible_to(connection, case_file)] if of is None else [of]
    )
    now = func.clock_timestamp().label("now")
    inside = lies_within(connection, case_file).label("lies_within")
    query = select_cases(now, inside).where(*meant)
    row = connection.execute(query.with_for_update(of=case_file)).one_or_none()
    if row is None:
        raise no_such_case(number)
    if version is not None and row.version != version:
        raise StaleVersion(
            f"the case is at version {row.version} now, not {version}",
            where=row.number,
            fix="look at it again",
        )
    return Held(case_of(row), row.now, bool(row.lies_within))


def take(
    connection: Connection,
    held: Held,
    step: Step,
    stage: Stage,
    *,
    actor: Actor,
    reason: str = "",
    about: str = "",
    changes: dict[str, Any] | None = None,
) -> Case:
    """Take a step with a case that is held: its row, one event, and its hazard.

    Parameters
    ----------
    connection : Connection
    held : Held
    step : Step
    stage : Stage
        To which it leads.
    actor : Actor
    reason, about : str
        The words, and the code or number that the step concerns.
    changes : dict, optional
        Columns that change besides.

    Returns
    -------
    Case
        As it is now.
    """
    case, now = held.case, held.now
    new: dict[str, Any] = {"version": case.version + 1, **(changes or {})}
    if step.told:
        new["heard_at"] = now
    if stage is not case.stage:
        new |= {"stage": stage.value, "stage_since": now}
        new["closed_at"] = now if stage in CLOSED else None
        if stage in CLOSED:
            new["escalated"] = False
    connection.execute(update(case_file).where(case_file.c.id == case.id).values(**new))
    write_event(
        connection,
        case.id,
        version=case.version + 1,
        action=step.action,
        before=case.stage,
        after=stage,
        at=now,
        actor=actor,
        reason=reason,
        about=about,
    )
    follow(connection, case.number, case.category, case.stage, stage, now)
    known = {name.removesuffix("_id"): value for name, value in new.items()}
    due, closed = known.get("due_at", case.due_at), known.get("closed_at", case.closed_at)
    return replace(
        case,
        **(known | {"stage": stage, "overdue": due is not None and due < (closed or now)}),
    )


def write_event(
    connection: Connection,
    case_id: int,
    *,
    version: int,
    action: str,
    before: Stage | None,
    after: Stage,
    at: datetime,
    actor: Actor,
    reason: str = "",
    about: str = "",
) -> None:
    """Write the event of a step; its words are kept apart."""
    connection.execute(
        insert(case_event)
        .values(
            case_id=case_id,
            version=version,
            action=action,
            from_stage=before,
            to_stage=after,
            at=at,
            actor_ref=actor.ref,
            department=actor.department,
            about=about,
            reason_ref=_keep_words(connection, case_id, reason),
        )
        # Its id is not asked for: whoever reports a case may not be one who sees it.
        .inline()
    )


def _keep_words(connection: Connection, case_id: int, words: str) -> UUID | None:
    words = checked_words(words, "reason")
    if not words:
        return None
    ref = uuid4()
    connection.execute(insert(case_note).values(id=ref, case_id=case_id, words=words))
    return ref


def checked_words(words: str, name: str, longest: int = _LONGEST) -> str:
    """Words as they are kept.

    Raises
    ------
    InputError
        They are too long, or the database cannot hold them.
    """
    try:
        words = storable(words.strip())
    except ValueError as error:
        raise InputError(str(error), where=name) from None
    if len(words) > longest:
        raise InputError(f"has more than {longest:,} letters", where=name, fix="make it shorter")
    return words
