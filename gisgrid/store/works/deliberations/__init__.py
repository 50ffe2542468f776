"""Deliberation (一事一议): one matter, one meeting, and what came of it."""

from gisgrid.store.works.deliberations.meeting import (
    ENTRY_KINDS,
    NewFacilityHere,
    close_deliberation,
    convene,
    hold_meeting,
    say,
)
from gisgrid.store.works.deliberations.polls import count_votes, open_poll
from gisgrid.store.works.deliberations.records import (
    Attendee,
    Deliberation,
    Entry,
    Option,
    Poll,
    deliberations_of,
)

__all__ = [
    "ENTRY_KINDS",
    "Attendee",
    "Deliberation",
    "Entry",
    "NewFacilityHere",
    "Option",
    "Poll",
    "close_deliberation",
    "convene",
    "count_votes",
    "deliberations_of",
    "hold_meeting",
    "open_poll",
    "say",
]
