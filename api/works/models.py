"""What requests about deliberation, mediation, evidence and facilities hold, and their answers."""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field

from api.cases.models import CaseDocument
from api.parameters import Moment
from gisgrid.cases.facilities import FACILITY_KINDS
from gisgrid.store.drafts.fields import Code, Strict, Text, storable

__all__ = [
    "DeliberationDocument",
    "DeliberationList",
    "EvidenceAnswer",
    "EvidenceDocument",
    "EvidenceList",
    "FacilityDetail",
    "FacilityKindList",
    "FacilityList",
    "FacilityQuery",
    "ItemCaseBody",
    "MediationDocument",
    "MediationEnd",
    "MediationList",
    "MeetingHeld",
    "NewDeliberation",
    "NewEntry",
    "NewFacilityBody",
    "NewMediation",
    "NewOutcome",
    "NewPoll",
    "NewSession",
    "NewUpkeep",
    "NewVotes",
    "SprungCase",
    "WatchList",
    "WatchQuery",
]

_LARGEST = 2**31 - 1
_Words = Annotated[
    str, AfterValidator(storable), Field(min_length=1, max_length=4000, pattern=r"\S")
]
_Subject = Annotated[Text, Field(min_length=1, pattern=r"\S")]
_Kind = Annotated[Code, Field(description=f"One of {', '.join(FACILITY_KINDS)}.")]
_Days = Annotated[int, Field(ge=1, le=36_525)]


class Attendee(Strict):
    """Who comes: a department by its code, or in what role somebody does; no names."""

    department: Text = ""
    role: Text = ""


class NewDeliberation(Strict):
    """A deliberation that is convened."""

    subject: _Subject
    place: Text = ""
    attendees: tuple[Attendee, ...] = Field(min_length=1, max_length=50)


class NewEntry(Strict):
    """What is said."""

    kind: Literal["ruling", "funding-advice", "opinion"]
    words: _Words
    department: Annotated[Text, Field(description="Without it, that of the account.")] = ""


class NewPoll(Strict):
    """What residents are asked."""

    question: _Subject
    reason: Annotated[Text, Field(description="Why they are asked.")] = ""
    households: int = Field(ge=1, le=_LARGEST, description="How many are asked.")
    options: tuple[_Subject, ...] = Field(min_length=2, max_length=20)


class NewVotes(Strict):
    """How many chose which: counts, never names."""

    votes: dict[_Subject, Annotated[int, Field(ge=0, le=_LARGEST)]] = Field(
        min_length=2, max_length=20
    )


class MeetingHeld(Strict):
    """When the meeting was held."""

    held_at: Moment | None = Field(default=None, description="Without it, now.")


class FacilityHere(Strict):
    """A facility that is made where the case lies."""

    kind: _Kind
    name: Text = ""
    upkeep_every_days: _Days | None = None


class NewOutcome(Strict):
    """What came of a deliberation."""

    outcome: _Words
    facility: FacilityHere | None = None


class EntryItem(BaseModel):
    """What was said."""

    kind: str
    department: str
    words: str
    actor_ref: str
    made_at: str


class OptionItem(BaseModel):
    """What could be chosen, and how many did."""

    words: str
    votes: int | None


class PollItem(BaseModel):
    """A poll of residents."""

    question: str
    reason: str
    households: int
    options: list[OptionItem]


class DeliberationItem(BaseModel):
    """One matter and one meeting about it."""

    id: int
    case: str
    subject: str
    place: str
    state: Literal["open", "held", "closed"]
    convener_ref: str
    convener_department: str
    made_at: str
    held_at: str | None
    closed_at: str | None
    attendees: list[Attendee]
    entries: list[EntryItem]
    poll: PollItem | None
    outcome: str
    facility: str | None = Field(description="Id of the facility that was made for it.")


class DeliberationDocument(DeliberationItem):
    """A deliberation as it stands now."""

    revision: int


class DeliberationList(BaseModel):
    """The deliberations of a case."""

    revision: int
    notice: str | None = None
    number: str
    deliberations: list[DeliberationItem]


class NewMediation(Strict):
    """The three offices that mediate."""

    police_station: _Subject
    justice_office: _Subject
    law_firm: _Subject


class NewSession(Strict):
    """When they sat with the parties."""

    held_at: Moment | None = Field(default=None, description="Without it, now.")
    place: Text = ""
    note: Annotated[Text, Field(description="Names nobody.")] = ""


class MediationEnd(Strict):
    """What came of it."""

    outcome: Literal["agreed", "failed", "withdrawn"]
    agreement_sha256: Annotated[
        str,
        Field(pattern=r"^([0-9a-f]{64})?$", description="Digest of the agreement, if there is one"),
    ] = ""


class SessionItem(BaseModel):
    """A session."""

    held_at: str
    place: str
    note: str
    actor_ref: str


class MediationItem(BaseModel):
    """A mediation by police station, justice office and law firm."""

    id: int
    case: str
    police_station: str
    justice_office: str
    law_firm: str
    state: Literal["open", "agreed", "failed", "withdrawn"]
    made_at: str
    closed_at: str | None
    agreement_sha256: str
    sessions: list[SessionItem]


class MediationDocument(MediationItem):
    """A mediation as it stands now."""

    revision: int


class MediationList(BaseModel):
    """The mediations of a case."""

    revision: int
    notice: str | None = None
    number: str
    mediations: list[MediationItem]


class EvidenceDocument(BaseModel):
    """A picture of a case."""

    stage: Literal["before", "during", "after"]
    sha256: str = Field(description="By which it is asked for.")
    width: int
    height: int
    taken_on: str
    actor_ref: str
    made_at: str
    erased_at: str | None


class EvidenceAnswer(EvidenceDocument):
    """A picture as it was kept."""

    revision: int


class EvidenceList(BaseModel):
    """The pictures of a case."""

    revision: int
    notice: str | None = None
    number: str
    evidence: list[EvidenceDocument]


class FacilityQuery(Strict):
    """The parameters of a listing of facilities."""

    kind: _Kind | None = None
    grid: Annotated[Code | None, Field(description="In this micro-grid.")] = None
    due: Annotated[bool, Field(description="Only what has expired or is to be seen to.")] = False
    limit: int = Field(default=100, ge=1, le=1000)
    after: Annotated[Text, Field(description="Only ids after this one.")] = ""


class NewFacilityBody(Strict):
    """A facility to be put on record."""

    kind: _Kind
    name: Text = ""
    lon: float = Field(ge=-180, le=180, allow_inf_nan=False)
    lat: float = Field(ge=-90, le=90, allow_inf_nan=False)
    installed_on: datetime.date | None = None
    expires_on: datetime.date | None = None
    upkeep_every_days: _Days | None = None


class NewUpkeep(Strict):
    """That somebody saw to it."""

    done_on: datetime.date | None = Field(default=None, description="Without it, today.")
    expires_on: datetime.date | None = Field(
        default=None, description="The new day of expiry, where it was replaced."
    )
    note: Text = ""


class FacilityItem(BaseModel):
    """Something that was put up for residents and has to be kept in order."""

    id: str
    kind: str
    name: str
    lon: float
    lat: float
    grid: str | None
    installed_on: str | None
    expires_on: str | None
    upkeep_every_days: int | None
    retired_on: str | None
    kept_on: str | None = Field(description="When somebody saw to it last.")
    due_on: str | None
    due_for: Literal["expiry", "upkeep"] | None


class UpkeepItem(BaseModel):
    """That somebody saw to it."""

    done_on: str
    expires_on: str | None
    actor_ref: str
    note: str
    made_at: str


class FacilityDetail(FacilityItem):
    """A facility, with each time that somebody saw to it."""

    revision: int
    notice: str | None = None
    upkeep: list[UpkeepItem]


class FacilityList(BaseModel):
    """Facilities by their ids, and the address of the next page."""

    revision: int
    notice: str | None = None
    facilities: list[FacilityItem]
    next: str | None


class FacilityKindItem(BaseModel):
    """A kind of facility."""

    code: str
    zh: str
    en: str
    category: str = Field(description="Of the cases that spring from it.")


class FacilityKindList(BaseModel):
    """All kinds of facilities."""

    kinds: list[FacilityKindItem]


class ItemCaseBody(Strict):
    """The case that an item of a campaign becomes."""

    category: Code
    description: Text = ""


class SprungCase(BaseModel):
    """The case that it became."""

    revision: int
    number: str
    stage: str


class WatchQuery(Strict):
    """The parameters of a listing of watched places."""

    grid: Annotated[Code | None, Field(description="In this micro-grid.")] = None
    limit: int = Field(default=100, ge=1, le=1000)


class WatchItem(BaseModel):
    """A closed case whose place is watched."""

    until: str
    case: CaseDocument


class WatchList(BaseModel):
    """Places where a problem may come back."""

    revision: int
    notice: str | None = None
    watched: list[WatchItem]
