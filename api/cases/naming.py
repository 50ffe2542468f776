"""What a source calls a case: a name that is taken tells that there is such a case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gisgrid.access import Right
from gisgrid.errors import Forbidden

if TYPE_CHECKING:
    from gisgrid.access import Viewer

__all__ = ["require_naming"]


def require_naming(viewer: Viewer, source: str, source_id: str) -> None:
    """Let somebody name a case of a source by the name that the source gives it.

    Raises
    ------
    Forbidden
        It is a tip and they may not see what is confidential: whether its name is taken would
        tell them of a tip that they do not see.
    """
    if source == "tip" and source_id and not viewer.may(Right.SEE_CONFIDENTIAL):
        raise Forbidden(
            "naming a tip needs the right to see what is confidential",
            where="source_id",
            fix="report it by POST /v1/cases without a source_id",
        )
