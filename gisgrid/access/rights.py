"""Roles, and the rights that each has: the one table of who may do what."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

__all__ = ["RIGHTS", "ROLES", "Right"]


class Right(StrEnum):
    """What a route asks for; a role has it or not."""

    RESOLVE = "resolve"
    """Which grid a point or an address is in; the grids and their history."""
    SEE_PLACES = "see-places"
    """Addresses, hazards, patrols and campaigns where the viewer's scope lies."""
    SEE_PEOPLE = "see-people"
    """Who works the grids of the viewer's scope, by the name they work under."""
    DECIDE_ADDRESSES = "decide-addresses"
    """What texts mean, and other names of roads and estates."""
    PLAN = "plan"
    """Draw boundaries, hold places, mark what campaigns have done."""
    PUBLISH = "publish"
    """Make a plan the boundaries that hold."""
    PATROL = "patrol"
    """Plan patrols and tick visits off."""
    REPORT = "report"
    """Report a case as one of the staff."""
    WORK_CASES = "work-cases"
    """See the cases of one's scope and take them from stage to stage."""
    WHISTLE = "whistle"
    """Call departments to a case, and lead a deliberation."""
    SEE_CONFIDENTIAL = "see-confidential"
    """Tips, and who sent them."""
    SEE_PERSONAL = "see-personal"
    """Names and telephone numbers without a mask."""
    MEASURE = "measure"
    """The figures of the dashboard."""
    MANAGE_PEOPLE = "manage-people"
    """People, posts, teams and their counts."""
    AUDIT = "audit"
    """The audit log and its head."""
    ADMINISTER = "administer"
    """Accounts and keys."""


_LOOK: Final = frozenset({Right.RESOLVE, Right.SEE_PLACES, Right.SEE_PEOPLE})
_CASES: Final = frozenset({Right.REPORT, Right.WORK_CASES})

RIGHTS: Final[Mapping[str, frozenset[Right]]] = MappingProxyType(
    {
        "resident": frozenset({Right.RESOLVE}),
        "client": frozenset({Right.RESOLVE}),
        "member": _LOOK | _CASES,
        "officer": _LOOK
        | _CASES
        | {Right.PATROL, Right.SEE_CONFIDENTIAL, Right.SEE_PERSONAL, Right.MEASURE},
        "planner": _LOOK | {Right.DECIDE_ADDRESSES, Right.PLAN, Right.PUBLISH},
        "reviewer": _LOOK | {Right.PUBLISH, Right.MEASURE, Right.AUDIT},
        "chief": _LOOK
        | _CASES
        | {
            Right.WHISTLE,
            Right.PATROL,
            Right.SEE_PERSONAL,
            Right.MEASURE,
            Right.MANAGE_PEOPLE,
        },
        "admin": frozenset(
            {
                Right.RESOLVE,
                Right.SEE_PEOPLE,
                Right.MEASURE,
                Right.MANAGE_PEOPLE,
                Right.AUDIT,
                Right.ADMINISTER,
            }
        ),
    }
)

ROLES: Final = tuple(RIGHTS)
