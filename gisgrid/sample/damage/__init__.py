"""Addresses of the sample as people write them: damaged in fifteen ways, or without an answer.

Nothing here knows how `gisgrid.address` reads: the tables and the rules are its own.
"""

from __future__ import annotations

from gisgrid.sample.damage.drawing import KINDS, Adversary, damaged
from gisgrid.sample.damage.nowhere import UNANSWERABLE, unanswerable

__all__ = ["KINDS", "UNANSWERABLE", "Adversary", "damaged", "unanswerable"]
