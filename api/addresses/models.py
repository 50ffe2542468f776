"""What requests about addresses hold, and their answers."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field

from api.parameters import CrsName
from gisgrid.store.addresses import WITHIN_M, ReviewState
from gisgrid.store.drafts.fields import Strict, storable

__all__ = [
    "LONGEST_TEXT",
    "AddressAnswer",
    "AddressText",
    "AliasItem",
    "AliasList",
    "AliasMade",
    "AliasQuery",
    "GridName",
    "NearestList",
    "NearestQuery",
    "NewAlias",
    "NewDecision",
    "NewReview",
    "ReviewDone",
    "ReviewList",
    "ReviewQuery",
    "SuggestQuery",
    "SuggestionList",
]

# Longer than any address, with all that a person may have pasted beside it.
LONGEST_TEXT = 1000
_LARGEST = 2**63 - 1

AddressText = Annotated[
    str,
    AfterValidator(storable),
    Field(max_length=LONGEST_TEXT, description="An address in words, as somebody wrote it."),
]
_After = Annotated[int, Field(ge=0, le=_LARGEST, description="Only ids after this one.")]
_Limit = Annotated[int, Field(ge=1, le=1000, description="Most rows in one answer.")]
AliasKind = Literal["estate", "old-name", "other"]


class GridName(BaseModel):
    """A grid as an answer names it."""

    level: str
    code: str
    name: str
    path: list[str]
    border: bool


class AddressRead(BaseModel):
    """What was read in a text."""

    names: list[str] = Field(description="The pieces that are no number, in order.")
    numbers: dict[str, str] = Field(description="lane, branch, number, building, unit, floor, room")
    near: str = Field(description="Such as 对面: the address is not the place itself.")
    crossing: bool
    doubts: list[str]


class CandidateItem(BaseModel):
    """An address that a text may mean, and the owners of its point."""

    id: int | None = Field(description="Number of the address; null for a crossing.")
    address: str
    score: float = Field(description="How probable it is that this one is meant, 0 to 1.")
    point: list[float] = Field(description="Longitude, latitude in WGS 84.")
    notes: list[str] = Field(description="What had to be overlooked.")
    status: Literal["inside", "border", "outside"]
    nested: bool
    missing: list[str]
    grids: list[GridName]
    police: GridName | None


class AddressAnswer(BaseModel):
    """The addresses that a text may mean, the likeliest first."""

    revision: int
    at: str | None = None
    notice: str | None = None
    status: Literal["found", "ambiguous", "unknown", "outside"]
    reason: str = Field(description="Why it was not found; empty where it was.")
    text: str
    crs: str
    read: AddressRead | None
    candidates: list[CandidateItem]
    grids: list[GridName] = Field(description="Of the address that was found, else none.")


class SuggestQuery(Strict):
    """The parameters of autocomplete."""

    text: Annotated[AddressText, Field(description="What has been typed; letters are pinyin.")]
    limit: int = Field(default=10, ge=1, le=50, description="Most lines.")


class SuggestionItem(BaseModel):
    """One line of autocomplete."""

    text: str = Field(description="What a search box should hold when the line is chosen.")
    kind: Literal["name", "alias", "division", "lane", "address"]
    town: str


class SuggestionList(BaseModel):
    """How a text may go on, the likeliest first."""

    revision: int
    notice: str | None = None
    suggestions: list[SuggestionItem]


class NearestQuery(Strict):
    """The parameters of the reverse look-up."""

    lon: float = Field(description="Longitude in degrees, or easting in `crs`.")
    lat: float = Field(description="Latitude in degrees, or northing in `crs`.")
    crs: CrsName = "wgs84"
    limit: int = Field(default=5, ge=1, le=100, description="Most addresses.")
    within_m: float = Field(default=WITHIN_M, gt=0, le=100_000, description="In metres.")


class NearAddressItem(BaseModel):
    """A standard address near a point."""

    source_id: str
    address: str
    point: list[float]
    metres: float


class NearestList(BaseModel):
    """The standard addresses nearest to a point."""

    revision: int
    notice: str | None = None
    crs: str
    point: list[float] = Field(description="The point in WGS 84: longitude, latitude.")
    addresses: list[NearAddressItem]


class AliasQuery(Strict):
    """The parameters of a listing of aliases."""

    ended: bool = Field(default=False, description="Those that have ended, instead.")
    limit: _Limit = 100
    after: _After = 0


class NewAlias(Strict):
    """A name, and what it stands for."""

    name: AddressText
    means: Annotated[
        AddressText, Field(description="A road, or the beginning of standard addresses.")
    ]
    kind: AliasKind = "other"


class AliasItem(BaseModel):
    """A name that people use."""

    id: int
    name: str
    means: str
    kind: AliasKind
    source: str
    made_at: str
    made_by: str
    ended_at: str | None
    ended_by: str


class AliasMade(AliasItem):
    """An alias as it stands after it was made, or ended."""

    revision: int


class AliasList(BaseModel):
    """Aliases, the first made first, and the address of the next page."""

    revision: int
    notice: str | None = None
    aliases: list[AliasItem]
    next: str | None


class ReviewQuery(Strict):
    """The parameters of a listing of the review queue."""

    state: ReviewState = "open"
    limit: int = Field(default=20, ge=1, le=100, description="Most reviews in one answer.")
    after: _After = 0


class NewReview(Strict):
    """A text for a person to decide."""

    text: Annotated[AddressText, Field(min_length=1)]


class NewDecision(Strict):
    """Which address a text means, and perhaps a name to learn from it."""

    address_id: int = Field(ge=1, le=_LARGEST, description="The `id` of a candidate.")
    alias: Annotated[AddressText, Field(description="A name in the text to learn.")] = ""
    means: Annotated[
        AddressText,
        Field(
            description="What the name stands for; left out, the address without what follows on "
            "the name in the text."
        ),
    ] = ""
    kind: AliasKind = "other"


class ReviewItem(BaseModel):
    """A text in the queue, and what came of it."""

    id: int
    text: str
    status: Literal["ambiguous", "unknown", "outside"] = Field(description="When it was sent in.")
    reason: str
    source: str
    seen: int = Field(description="How often it was sent in.")
    first_seen: str
    last_seen: str
    state: ReviewState
    address_id: int | None
    source_id: str | None
    chosen: str
    alias_id: int | None
    decided_at: str | None
    decided_by: str


class ReviewWithCandidates(ReviewItem):
    """A text in the queue, and the addresses that it may mean as things stand."""

    candidates: list[CandidateItem]


class ReviewDone(ReviewItem):
    """A review as it stands after it was changed."""

    revision: int


class ReviewList(BaseModel):
    """Reviews, the first sent in first, and the address of the next page."""

    revision: int
    notice: str | None = None
    reviews: list[ReviewWithCandidates]
    next: str | None
