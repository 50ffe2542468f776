"""The audit log: what is noted, its head, and the proof that nothing in it was changed."""

from gisgrid.store.audit.chain import Fault, Head, Verdict, check, head, head_from
from gisgrid.store.audit.listing import Entry, listing
from gisgrid.store.audit.noting import act_as, note, record_as, said_of_personal
from gisgrid.store.audit.referred import CHAINED

__all__ = [
    "CHAINED",
    "Entry",
    "Fault",
    "Head",
    "Verdict",
    "act_as",
    "check",
    "head",
    "head_from",
    "listing",
    "note",
    "record_as",
    "said_of_personal",
]
