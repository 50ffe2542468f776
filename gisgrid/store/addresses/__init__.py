"""Addresses on record: the book that texts are looked up in, other names, and the review queue."""

from gisgrid.store.addresses.aliases import (
    KINDS,
    StoredAlias,
    add_alias,
    end_alias,
    list_aliases,
)
from gisgrid.store.addresses.book import book_state, read_book
from gisgrid.store.addresses.deciding import decide, dismiss, reopen
from gisgrid.store.addresses.nearby import (
    WITHIN_M,
    NearAddress,
    address_called,
    nearest,
    source_ids,
)
from gisgrid.store.addresses.reviews import (
    STATES,
    Review,
    ReviewState,
    Unsure,
    enqueue,
    list_reviews,
    review,
)

__all__ = [
    "KINDS",
    "STATES",
    "WITHIN_M",
    "NearAddress",
    "Review",
    "ReviewState",
    "StoredAlias",
    "Unsure",
    "add_alias",
    "address_called",
    "book_state",
    "decide",
    "dismiss",
    "end_alias",
    "enqueue",
    "list_aliases",
    "list_reviews",
    "nearest",
    "read_book",
    "reopen",
    "review",
    "source_ids",
]
