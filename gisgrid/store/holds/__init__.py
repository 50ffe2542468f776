"""Places held by hand: a person assigns one to a micro-grid, wherever it lies, with a reason.

A hold ends when the place moves or is deleted, when its grid ends, or when it is taken back. The
place's own columns say its grids at all times; triggers end the record with whatever statement
moves the place.
"""

from gisgrid.store.holds.doors import Hold, hold, listing, release
from gisgrid.store.holds.queries import HELD_TABLES

__all__ = ["HELD_TABLES", "Hold", "hold", "listing", "release"]
