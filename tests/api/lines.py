"""What a line of the matrix says: which right a route needs, and how to ask it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from gisgrid.access import Right

__all__ = ["NOWHERE", "Ask", "Door", "Line", "listed", "one"]

# A number and a code that nothing has.
NOWHERE: Final = "98765"


class Door(Enum):
    """Who is let in where no right is asked for."""

    OPEN = "everybody"
    ACCOUNT = "whoever has an account"
    SESSION = "whoever has signed in by a page: a key is not enough"


@dataclass(frozen=True)
class Ask:
    """A request: its path and query, and what it carries; ``{names}`` are of what was planted.

    Attributes
    ----------
    names : str
        What it asks for, where it asks for one thing: that may differ between two refusals.
    files : bool
        A picture comes with it.
    mixed : bool
        It asks for a thing of theirs as one of ours, which nobody can have.
    """

    path: str
    json: Any = None
    names: str = ""
    data: Any = None
    files: bool = False
    mixed: bool = False


@dataclass(frozen=True)
class Line:
    """What a route lets whom do.

    Attributes
    ----------
    method, route : str
        As the application declares it.
    right : Right or Door
    ours : tuple of Ask
        What somebody with the right may ask for; without any, the route itself.
    theirs : tuple of Ask
        What lies elsewhere: refused as what does not exist.
    guess : Ask or None
        What does not exist.
    tells : str
        A word of ours that is in the answer, so that the search for what leaks is no search in
        nothing; that of theirs ends in ``_out``.
    whole : bool
        The right has to hold in the whole district.
    everybody : bool
        Says the words of all addresses, as look-ups do.
    stream : bool
        The answer does not end.
    also : tuple of int
        More statuses of those who are let in: where what is asked for is not there, or reaches
        beyond what one may change.
    by_grid : bool
        Belongs to grids, not to places: nothing of it lies in a police area.
    """

    method: str
    route: str
    right: Right | Door
    ours: tuple[Ask, ...] = ()
    theirs: tuple[Ask, ...] = ()
    guess: Ask | None = None
    tells: str = ""
    whole: bool = False
    everybody: bool = False
    stream: bool = False
    also: tuple[int, ...] = ()
    by_grid: bool = False

    @property
    def asks(self) -> tuple[Ask, ...]:
        """What to ask for."""
        return self.ours or (Ask(self.route),)


def one(
    method: str,
    route: str,
    right: Right,
    name: str,
    *,
    json: Any = None,
    data: Any = None,
    files: bool = False,
    rest: str | None = None,
    guess: str = NOWHERE,
    **more: Any,
) -> Line:
    """A route whose address names one thing: ``{name_in}`` is ours, ``{name_out}`` is not.

    ``rest`` is what stands behind it in requests, where that is not as the route says.
    """
    begin, _, end = route.partition("{")
    behind = end.partition("}")[2] if rest is None else rest

    def ask(value: str) -> Ask:
        return Ask(f"{begin}{value}{behind}", json, value, data, files)

    ours, theirs = (ask(f"{{{name}_{side}}}") for side in ("in", "out"))
    return Line(method, route, right, (ours,), (theirs,), ask(guess), **more)


def listed(right: Right | Door, *routes: str, **more: Any) -> tuple[Line, ...]:
    """Routes that are asked as they stand."""
    return tuple(Line("GET", route, right, **more) for route in routes)
