"""Cases: told, taken from stage to stage, and read."""

from gisgrid.store.cases.acting import act, act_by_code
from gisgrid.store.cases.alarms import escalate_overdue, unanswered
from gisgrid.store.cases.called import Call, calls_of
from gisgrid.store.cases.calls import call, hand_lead, join, leave, report_in
from gisgrid.store.cases.duplicates import Likely, duplicates_of, likely_duplicates
from gisgrid.store.cases.histories import (
    Event,
    PublicCase,
    PublicStep,
    history,
    public_history,
)
from gisgrid.store.cases.listing import CaseFilter, CasePage, Order, every_case, how_many, listing
from gisgrid.store.cases.mirror import hazard_id
from gisgrid.store.cases.records import Case, get
from gisgrid.store.cases.relapses import Watched, watched
from gisgrid.store.cases.relocating import relocate
from gisgrid.store.cases.reporting import NewCase, report

__all__ = [
    "Call",
    "Case",
    "CaseFilter",
    "CasePage",
    "Event",
    "Likely",
    "NewCase",
    "Order",
    "PublicCase",
    "PublicStep",
    "Watched",
    "act",
    "act_by_code",
    "call",
    "calls_of",
    "duplicates_of",
    "escalate_overdue",
    "every_case",
    "get",
    "hand_lead",
    "hazard_id",
    "history",
    "how_many",
    "join",
    "leave",
    "likely_duplicates",
    "listing",
    "public_history",
    "relocate",
    "report",
    "report_in",
    "unanswered",
    "watched",
]
