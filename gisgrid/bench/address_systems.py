"""Systems that say what a text means, taking turns on the same texts."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

import numpy as np

from gisgrid.bench.answers import NO_ROW, Answer
from gisgrid.bench.peers.splitters import SPLITTERS, Details
from gisgrid.bench.results import GISGRID

if TYPE_CHECKING:
    from gisgrid.address.book import AddressBook
    from gisgrid.bench.address_books import Standards
    from gisgrid.bench.results import BenchOptions

__all__ = ["System", "by_book", "in_turns", "p99_ms", "wanted"]

System = Callable[[Sequence[str]], list[Answer]]
"""Takes texts and answers each."""

# Systems take turns by so many texts.
_TURN: Final = 500


def wanted(standards: Standards, options: BenchOptions) -> dict[str, System]:
    """Those that are wanted and installed, gisgrid first."""
    systems: dict[str, System] = {}
    if options.wants(GISGRID):
        systems[GISGRID] = by_book(standards.book())
    peers = [name for name in SPLITTERS if options.wants(name)]
    details = Details(standards) if peers else None
    for name in peers:
        if find_spec(name) is None or details is None:
            options.progress(f"{name}: 未安装 not installed; left out")
        else:
            systems[name] = SPLITTERS[name](details)
    return systems


def by_book(book: AddressBook) -> System:
    """gisgrid's own: one text after the other."""

    def one(text: str) -> Answer:
        match = book.resolve(text)
        if not match.candidates:
            return Answer(NO_ROW, score=0.0)
        best = match.candidates[0]
        return Answer(best.row, match.status == "found", best.score)

    return lambda texts: [one(text) for text in texts]


def in_turns(
    systems: Mapping[str, System], texts: Mapping[str, Sequence[str]]
) -> tuple[dict[str, list[Answer]], dict[str, float]]:
    """Let each system answer its texts, some at a time, each after the other.

    Returns
    -------
    dict of str to list of Answer
        By the name of the system.
    dict of str to float
        Seconds that it took.
    """
    answers: dict[str, list[Answer]] = {name: [] for name in systems}
    seconds = dict.fromkeys(systems, 0.0)
    for name, ask in systems.items():
        ask(texts[name][:20])  # to warm up
    for start in range(0, max(map(len, texts.values()), default=0), _TURN):
        for name, ask in systems.items():
            part = texts[name][start : start + _TURN]
            begin = time.perf_counter()
            answers[name] += ask(part)
            seconds[name] += time.perf_counter() - begin
    return answers, seconds


def p99_ms(ask: System, texts: Sequence[str]) -> float:
    """The 99th percentile of single calls, each timed by itself."""
    taken = np.empty(len(texts))
    for i, text in enumerate(texts):
        begin = time.perf_counter()
        ask([text])
        taken[i] = time.perf_counter() - begin
    return float(np.percentile(taken, 99) * 1e3)
