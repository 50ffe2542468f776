"""The version of a plan as an ETag, and as what a change was made on."""

from __future__ import annotations

import re
from typing import Annotated, Final

from fastapi import Depends, Header, Path

from gisgrid.errors import VersionRequired
from gisgrid.store.plans import Plan

__all__ = ["Expected", "PlanId", "plan_tag"]

_LARGEST: Final = 2**63 - 1
_TAG: Final = re.compile(r'"p(\d{1,19})-v(\d{1,9})(?:-[^"]*)?"')

PlanId = Annotated[int, Path(ge=1, le=_LARGEST, description="Number of the plan.")]


def plan_tag(plan: Plan, revision: int) -> str:
    """The ETag of what is drawn from a plan and a revision of the boundaries."""
    return f'"p{plan.id}-v{plan.version}-r{revision}-{plan.state}"'


async def expected_version(
    plan_id: PlanId,
    if_match: Annotated[
        str | None,
        Header(
            alias="If-Match",
            max_length=1000,
            description="The ETag of the plan that the change was made on; `*` for any.",
        ),
    ] = None,
) -> int | None:
    """The version of a plan that a change was made on; None for any.

    Of several ETags the newest counts. One of another plan, or a weak one, is of no version.

    Raises
    ------
    VersionRequired
        The request does not say.
    """
    if if_match is None:
        raise VersionRequired(
            "a change of a plan has to name the version that it was made on",
            where="If-Match",
            fix=f"send the ETag of GET /v1/plans/{plan_id}",
        )
    if if_match.strip() == "*":
        return None
    tags = (_TAG.fullmatch(part.strip()) for part in if_match.split(","))
    return max((int(tag[2]) for tag in tags if tag and int(tag[1]) == plan_id), default=-1)


Expected = Annotated[int | None, Depends(expected_version)]
