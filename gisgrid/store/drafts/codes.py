"""Codes of grids that a plan makes or codes anew: a code belongs to one grid for ever."""

from __future__ import annotations

import re
from collections import Counter
from itertools import count, islice
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from gisgrid.errors import Conflict
from gisgrid.store.tables import draft_grid, grid_version

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gisgrid.store.drafts.state import PlanState

__all__ = ["next_codes", "next_names", "require_free"]


def require_free(
    state: PlanState, codes: Sequence[str], owners: Mapping[str, int] | None = None
) -> None:
    """Refuse codes that another grid has or ever had, in the record or in the plan.

    Parameters
    ----------
    owners : mapping of code to key, optional
        The grids that shall have them: a grid's own former code may be given to it again.

    Raises
    ------
    Conflict
        One of them is taken, or is given twice.
    """
    label, drawn = grid_version.c, draft_grid.c
    recorded = select(label.code, label.grid_id).where(label.code.in_(codes))
    drafted = select(drawn.code, drawn.key).where(
        drawn.plan_id == state.plan_id, drawn.code.in_(codes)
    )
    own = owners or {}
    taken = {
        code
        for code, owner in state.connection.execute(recorded.union(drafted))
        if owner != own.get(code)
    }
    taken |= {code for code, times in Counter(codes).items() if times > 1}
    if taken:
        raise Conflict(
            "the code is another grid's, or was once",
            where=f"plan {state.plan_id}, code {', '.join(sorted(taken))}",
            fix="choose a code that was never used",
        )


def next_codes(state: PlanState, like: str, wanted: int, avoid: Sequence[str] = ()) -> list[str]:
    """The next codes after one that no grid ever had: its last number is counted up.

    Parameters
    ----------
    like : str
        Such as ``101001004``, which ``101001005`` follows; a code without a number at its end
        gets one, ``P-2``.
    avoid : sequence of str
        Codes that are given away already.
    """
    match = re.fullmatch(r"(.*?)([0-9]*)", like, re.DOTALL)
    assert match is not None
    prefix, digits = match.groups() if match[2] else (f"{like}-", "1")
    label, drawn = grid_version.c, draft_grid.c
    recorded = select(label.code).where(label.code.startswith(prefix, autoescape=True))
    drafted = select(drawn.code).where(
        drawn.plan_id == state.plan_id, drawn.code.startswith(prefix, autoescape=True)
    )
    used = {*state.connection.scalars(recorded.union(drafted)), *avoid}
    found: list[str] = []
    for number in count(int(digits) + 1):
        code = f"{prefix}{number:0{len(digits)}d}"
        if code not in used:
            found.append(code)
        if len(found) == wanted:
            return found
    raise AssertionError("counting never ends")


def next_names(state: PlanState, like: str, wanted: int, avoid: Sequence[str] = ()) -> list[str]:
    """Names with a number after one that no grid has, on record or in the plan: 园区（2）.

    A grid without a name has parts without a name.
    """
    base = re.sub(r"（[0-9]+）$", "", like)
    if not base.strip():
        return [""] * wanted
    label, drawn = grid_version.c, draft_grid.c
    recorded = select(label.name).where(
        label.name.startswith(base, autoescape=True), func.upper_inf(label.valid)
    )
    drafted = select(drawn.name).where(
        drawn.plan_id == state.plan_id, drawn.name.startswith(base, autoescape=True)
    )
    used = {*state.connection.scalars(recorded.union(drafted)), *avoid}
    names = (f"{base}（{number}）" for number in count(2))
    return list(islice((name for name in names if name not in used), wanted))
