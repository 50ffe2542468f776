"""Scheduled plans: rehearsed until their day, then put in force."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from shapely.errors import GEOSException
from sqlalchemy import update
from sqlalchemy.exc import SQLAlchemyError

from gisgrid.errors import Conflict, GisgridError
from gisgrid.store import clock, plans
from gisgrid.store.failures import explained, is_passing
from gisgrid.store.publish.applying import Published, Written, put_in_force, write
from gisgrid.store.tables import plan as plan_table

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from gisgrid.geometry.checking import Tolerances
    from gisgrid.store.plans import Plan

__all__ = ["Applied", "put_due_in_force", "rehearse", "scheduled"]

# How a plan fails that cannot take effect.
_FAILURES: Final = (GisgridError, SQLAlchemyError, GEOSException)


@dataclass(frozen=True)
class Applied:
    """What became of a scheduled plan on its day.

    Attributes
    ----------
    published : Published or None
        None where it could not take effect; it is a draft again, without a date.
    reason : str
        Why not.
    """

    plan_id: int
    published: Published | None
    reason: str = ""


def put_due_in_force(connection: Connection, *, overlap_tolerance_m2: float) -> list[Applied]:
    """Publish the scheduled plans whose day has come, in order; the caller holds the lock.

    Their versions hold from that day exactly. A plan that cannot take effect becomes a draft
    again, so that nothing behind it has to wait; its day is past, so it loses that too.

    Raises
    ------
    SQLAlchemyError
        The connection is lost, or this role or server may not write: no fault of a plan.
    """
    now = clock.now(connection, UTC)
    done = []
    for listed in scheduled(connection, until=now):
        plan = plans.by_id(connection, listed.id, lock=True)
        # Given up by somebody who had the plan first.
        if plan.state != "scheduled":
            continue
        at = plan.effective_at or now
        try:
            with connection.begin_nested():
                published = put_in_force(
                    connection, plan, at, now, overlap_tolerance_m2, plan.author
                )
            done.append(Applied(plan.id, published))
        except _FAILURES as error:
            reason = _fault(error)
            undated = update(plan_table).values(state="draft", effective_at=None)
            connection.execute(undated.where(plan_table.c.id == plan.id))
            words = f"{reason}; its date, {at.isoformat()}, no longer counts"
            done.append(Applied(plan.id, None, words))
    return done


def _fault(error: Exception) -> GisgridError:
    """What is wrong with a plan that failed; a failure that says nothing of it is raised on."""
    if isinstance(error, GisgridError):
        return error
    if isinstance(error, SQLAlchemyError):
        if is_passing(error):
            raise error
        return explained(error)
    return Conflict(f"its shapes cannot be worked with: {error}")


def scheduled(connection: Connection, *, until: datetime | None = None) -> list[Plan]:
    """The plans that wait, in the order of their days; those of a day until ``until``."""
    found = plans.listing(connection, state="scheduled")
    due = [plan for plan in found if until is None or _day(plan)[0] <= until]
    return sorted(due, key=_day)


def _day(plan: Plan) -> tuple[datetime, int]:
    return (plan.effective_at or plan.created_at, plan.id)


def rehearse(
    connection: Connection,
    queue: list[Plan],
    tolerance_m2: float,
    newcomer: Plan,
    *,
    tolerances: Tolerances | None = None,
) -> Written | None:
    """Write plans in the order of their days and take it back; what the newcomer would write.

    Parameters
    ----------
    newcomer : Plan
        Whom a failure is told to; it may be in force already, and is then not in the queue.
    tolerances : Tolerances, optional
        Also check what the newcomer changes.

    Raises
    ------
    Conflict
        One of them could not take effect.
    """
    found = None
    savepoint = connection.begin_nested()
    try:
        for plan in sorted(queue, key=_day):
            if plan.id == newcomer.id:
                found = write(connection, plan, _day(plan)[0], tolerance_m2, tolerances=tolerances)
            else:
                write(connection, plan, _day(plan)[0], tolerance_m2)
    except _FAILURES as error:
        if plan.id == newcomer.id:
            raise
        fault = _fault(error)
        raise Conflict(
            f"plan {plan.id} is scheduled for {_day(plan)[0].isoformat()} and could not take "
            f"effect then: {fault.what}",
            where=fault.where,
            fix=f"give plan {plan.id} up (gisgrid plan discard {plan.id}), or wait for its day",
        ) from None
    finally:
        savepoint.rollback()
    return found
