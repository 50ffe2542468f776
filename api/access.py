"""Who may see what: the one place that every route passes through.

Everybody may see everything that is not confidential. Queries leave confidential hazards out
by themselves, so nothing that a viewer is given holds one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends

__all__ = ["CurrentViewer", "Viewer", "current_viewer"]


@dataclass(frozen=True)
class Viewer:
    """Who asks.

    Attributes
    ----------
    scope : str
        Names what the viewer may see; part of the key of everything that is kept for a viewer.
    """

    scope: str = "public"


def current_viewer() -> Viewer:
    """The viewer of this request; every route depends on it."""
    return Viewer()


CurrentViewer = Annotated[Viewer, Depends(current_viewer)]
