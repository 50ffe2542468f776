"""``gisgrid bench address``: what damaged addresses mean, beside parsers of others.

Case ``50k``: the sample district's addresses. Case ``5m``, or any other number of millions: as many
of the same shape, gisgrid alone, and how much slower it is than with 50,000.
"""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Final

import numpy as np

from gisgrid.bench.address_books import Standards, sample_standards, synthetic_standards
from gisgrid.bench.address_systems import System, by_book, in_turns, p99_ms, wanted
from gisgrid.bench.answers import judge
from gisgrid.bench.results import GISGRID, BenchResult, Row
from gisgrid.errors import InputError
from gisgrid.sample import build_district
from gisgrid.sample.damage import KINDS, UNANSWERABLE, Adversary, unanswerable

if TYPE_CHECKING:
    import pandas as pd

    from gisgrid.bench.results import BenchOptions

__all__ = ["large_case", "run", "sample_case"]

_SAMPLE: Final = "50k"
_TEXTS, _QUICK_TEXTS = 20_000, 2_000
_LARGE_TEXTS, _QUICK_LARGE_TEXTS = 5_000, 1_000
# So many texts without an answer for one that has one; so many single calls are timed.
_NOWHERE_SHARE, _SINGLE_CALLS = 0.2, 2_000
_WARM_UP: Final = 500
# Streams of the seed that nothing else of the sample draws from.
_DAMAGE, _NOWHERE = 77, 78


def run(options: BenchOptions) -> BenchResult:
    """Resolve damaged addresses, and texts that have no answer.

    Raises
    ------
    InputError
        A case is not known.
    """
    cases = options.cases or (_SAMPLE,)
    for name in cases:
        if name != _SAMPLE and not re.fullmatch(r"[1-9]\d*m", name):
            raise InputError(f"{name!r} is no case of this bench", fix="50k, or millions: 5m")
    options.progress("示例区 the sample district")
    sample = sample_standards(build_district(options.seed))
    rows: list[Row] = []
    for name in cases:
        if name == _SAMPLE:
            count = _QUICK_TEXTS if options.quick else _TEXTS
            rows += sample_case(name, sample, count, options)
        elif options.wants(GISGRID):
            count = _QUICK_LARGE_TEXTS if options.quick else _LARGE_TEXTS
            rows += large_case(name, int(name[:-1]) * 1_000_000, sample, count, options)
    return BenchResult("address", tuple(rows), compared="right_at_one")


def sample_case(case: str, standards: Standards, count: int, options: BenchOptions) -> list[Row]:
    """Every system on the same texts: in all, without an answer, by kind of damage, by score."""
    texts = _damaged(case, standards, count, options)
    nowhere = unanswerable(
        standards.addresses,
        max(int(count * _NOWHERE_SHARE), len(UNANSWERABLE)),
        np.random.default_rng([options.seed, _NOWHERE]),
    )
    systems = wanted(standards, options)
    options.progress("轮流解析 in turns: " + ", ".join(systems))
    asked = texts["text"].tolist()
    answers, seconds = in_turns(systems, dict.fromkeys(systems, asked))
    whole: list[Row] = []
    parts: list[Row] = []
    for name, ask in systems.items():
        judged = judge(answers[name], texts["truth"].to_numpy())
        measures = judged.shares() | {
            "per_second": count / seconds[name],
            "p99_ms": p99_ms(ask, asked[:_SINGLE_CALLS]),
        }
        detail = {"texts": count, "addresses": len(standards.addresses)}
        whole.append(Row(name, case, measures, detail))
        parts += _of_nowhere(name, case, ask, nowhere)
        parts += judged.of_kinds(name, case, texts["kinds"].tolist(), KINDS)
        parts += judged.of_scores(name, case) if name == GISGRID else []
    return _by_case([*whole, *parts])


def large_case(
    case: str, addresses: int, sample: Standards, count: int, options: BenchOptions
) -> list[Row]:
    """gisgrid on many addresses and on the sample's in turns, each with its own texts."""
    begin = time.perf_counter()
    standards = synthetic_standards(addresses, options.seed)
    made = time.perf_counter()
    options.progress(f"{case}: 地址 addresses {made - begin:.0f} s")
    book = standards.book()
    built = time.perf_counter() - made
    options.progress(f"{case}: 地址簿 book {built:.0f} s")
    systems = {case: by_book(book), _SAMPLE: by_book(sample.book())}
    texts = {
        name: _damaged(name, one, count + _WARM_UP, options)
        for name, one in ((case, standards), (_SAMPLE, sample))
    }
    for name, ask in systems.items():
        # What is made or read from memory at a first use is no part of the comparison.
        ask(texts[name]["text"].tolist()[count:])
        texts[name] = texts[name][:count]
    asked = {name: frame["text"].tolist() for name, frame in texts.items()}
    answers, seconds = in_turns(systems, asked)
    measures = judge(answers[case], texts[case]["truth"].to_numpy()).shares() | {
        "per_second": count / seconds[case],
        "p99_ms": p99_ms(systems[case], asked[case][:_SINGLE_CALLS]),
    }
    detail: dict[str, str | float | int] = {
        "texts": count,
        "addresses": len(standards.addresses),
        "times_slower_than_50k": round(seconds[case] / seconds[_SAMPLE], 2),
        "build_seconds": round(built, 1),
    }
    return [Row(GISGRID, case, measures, detail)]


def _damaged(case: str, standards: Standards, count: int, options: BenchOptions) -> pd.DataFrame:
    adversary = Adversary(standards.addresses, standards.aliases)
    texts = adversary.draw(count, np.random.default_rng([options.seed, _DAMAGE]))
    again = ", ".join(f"{n:,} {why}" for why, n in sorted(adversary.drawn_again.items()))
    options.progress(f"{case}: {count:,} 条 texts; 重抽 drawn again: {again}")
    return texts


def _of_nowhere(name: str, case: str, ask: System, nowhere: pd.DataFrame) -> list[Row]:
    """How often a system is sure of an answer where there is none."""
    sure = np.array([answer.sure for answer in ask(nowhere["text"].tolist())], dtype=np.bool_)
    parts = [("no answer", np.ones(len(nowhere), dtype=np.bool_))]
    parts += [(kind, (nowhere["kind"] == kind).to_numpy()) for kind in UNANSWERABLE]
    return [
        Row(
            name,
            f"{case}, {what}",
            {"wrong_confident": float(sure[here].mean())},
            {"texts": int(here.sum())},
        )
        for what, here in parts
    ]


def _by_case(rows: list[Row]) -> list[Row]:
    """Rows of one case together, gisgrid first, cases in the order in which they come."""
    order = {row.case: i for i, row in reversed(list(enumerate(rows)))}
    return sorted(rows, key=lambda row: order[row.case])
