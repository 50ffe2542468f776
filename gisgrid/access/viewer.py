"""Who asks, and by which roles."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

from gisgrid.access.rights import RIGHTS, Right
from gisgrid.access.sight import NOTHING, Sight

__all__ = ["Actor", "Grant", "Viewer"]


@dataclass(frozen=True)
class Actor:
    """Who does something, by a reference: records that are never changed hold no names.

    Attributes
    ----------
    ref : str
        ``account:7``, ``resident``, ``cli``, ``demo`` or ``system``.
    department : str
        Code of the department that they act for; empty for none.
    """

    ref: str
    department: str = ""


@dataclass(frozen=True)
class Grant:
    """A role, and where it holds.

    Attributes
    ----------
    role : str
        A key of `RIGHTS`.
    whole : bool
        In the whole district.
    grids, police : frozenset of int
        Ids of grids, whose subtrees are meant, and of police areas.
    """

    role: str
    whole: bool = False
    grids: frozenset[int] = frozenset()
    police: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Viewer:
    """Who asks.

    Attributes
    ----------
    account : int or None
        None for somebody without an account: a resident, or anybody in the demo.
    name : str
        By which records know who made a change.
    grants : tuple of Grant
    department : str
        Code of the department that the account acts for; empty for none.
    limited_to : frozenset of Right or None
        What an API key may be used for; None for all that its account may do.
    key_id : int or None
        The API key that the request came with.
    session_id : int or None
        The session that the request came with: its changes must carry a CSRF token.
    """

    account: int | None = None
    name: str = ""
    grants: tuple[Grant, ...] = ()
    department: str = ""
    limited_to: frozenset[Right] | None = None
    key_id: int | None = None
    session_id: int | None = None

    @property
    def actor(self) -> Actor:
        """How records know the viewer."""
        ref = f"account:{self.account}" if self.account is not None else self.name or "resident"
        return Actor(ref, self.department)

    def may(self, right: Right) -> bool:
        """Whether any role of the viewer has a right, and their key is not kept from it."""
        if self.limited_to is not None and right not in self.limited_to:
            return False
        return any(right in RIGHTS[grant.role] for grant in self.grants)

    def sight(self, right: Right) -> Sight:
        """The rows on which the viewer may use a right: `NOTHING` where they do not have it."""
        if self.limited_to is not None and right not in self.limited_to:
            return NOTHING
        given = [self._seen_by(grant) for grant in self.grants if right in RIGHTS[grant.role]]
        return reduce(lambda one, other: one | other, given) if given else NOTHING

    def _seen_by(self, grant: Grant) -> Sight:
        found = Sight(grant.whole, grant.grids, grant.police, self.department)
        wanted = Right.SEE_CONFIDENTIAL
        kept = self.limited_to is not None and wanted not in self.limited_to
        return found.disclosed() if wanted in RIGHTS[grant.role] and not kept else found
