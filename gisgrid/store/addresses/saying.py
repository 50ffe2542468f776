"""Why a text leads to no address, in one sentence for a file of rejects or an answer's error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from gisgrid.address.records import Match

__all__ = ["REASONS", "why"]

REASONS: Final = {
    "empty": "says no address",
    "no-such-number": "has a number that no address has there",
    "no-such-name": "names nothing that is known here",
    "no-such-crossing": "names roads that do not meet",
    "other-district": "lies in another district",
    "no-number": "has no number",
    "near": "says what it is near, not where it is",
    "many": "means several addresses",
    "unsure": "is not certain",
}
_TOLD: Final = 3


def why(match: Match, *, likely: bool = True) -> str:
    """What stands in the way of an answer; empty when it was found.

    Parameters
    ----------
    match : Match
    likely : bool
        Name the likeliest addresses, too: not to strangers, who could read the register by them.
    """
    if match.status == "found":
        return ""
    said = REASONS.get(match.reason, match.reason)
    known = [f"{one.text} ({one.score:.2f})" for one in match.candidates[:_TOLD]]
    return f"{said}; perhaps {', '.join(known)}" if known and likely else said
