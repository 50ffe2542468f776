"""Address parsers of others, which only split a text; what they leave is looked up exactly.

Neither knows a district's own addresses. So that they can answer at all, and as well as they can,
the text is put into NFKC before (and into simplified characters, where a parser can do that), and
the part behind the divisions is looked up among the standard addresses and their other names, with
its town and without.
"""

from __future__ import annotations

import sys
import types
import unicodedata
from collections import Counter
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from gisgrid.bench.answers import Answer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from gisgrid.bench.address_books import Standards

__all__ = ["SPLITTERS", "Details"]

_DISTRICT: Final = "嘉定区"
_CITY_AND_DISTRICT: Final = "上海市嘉定区"


class Details:
    """Rows by what stands behind the district, and behind the town if that is enough.

    Old names of roads and names of estates are known to it as they are to gisgrid.

    Parameters
    ----------
    standards : Standards
    """

    def __init__(self, standards: Standards) -> None:
        self._towns = sorted(standards.towns, key=len, reverse=True)
        spelled = list(_spellings(standards))
        count = Counter(self._without_town(text) for _, text in spelled)
        self._rows = {
            short: row for row, text in spelled if count[short := self._without_town(text)] == 1
        }
        self._rows |= {text: row for row, text in spelled}

    def _without_town(self, text: str) -> str:
        return next((text[len(t) :] for t in self._towns if text.startswith(t)), text)

    def answer(self, district: str | None, detail: str | None) -> Answer:
        """Sure of the one that has this detail, unless another district was read."""
        if not detail or district not in (None, _DISTRICT):
            return Answer()
        row = self._rows.get(detail, self._rows.get(self._without_town(detail)))
        return Answer() if row is None else Answer(row, sure=True)


def _spellings(standards: Standards) -> Iterator[tuple[int, str]]:
    """Every standard address without its district, and again by each other name it has."""
    kinds = dict(list(standards.aliases.groupby("kind")))
    old, estate = (
        dict(zip(kinds[kind]["means"], kinds[kind]["name"], strict=True)) if kind in kinds else {}
        for kind in ("old-name", "estate")
    )
    columns = standards.addresses[["address", "road", "lane", "number"]]
    for row, (text, road, lane, number) in enumerate(columns.itertuples(index=False, name=None)):
        whole = text.removeprefix(_CITY_AND_DISTRICT)
        yield row, whole
        if road in old:
            yield row, whole.replace(road, old[road], 1)
        if text.removesuffix(number) in estate:
            town = whole.removesuffix(f"{road}{lane}{number}")
            yield row, town + estate[text.removesuffix(number)] + number


def _plain(texts: Sequence[str]) -> list[str]:
    return [unicodedata.normalize("NFKC", text) for text in texts]


def _jionlp(details: Details) -> Callable[[Sequence[str]], list[Answer]]:
    import jionlp

    def one(text: str) -> Answer:
        found = jionlp.parse_location(jionlp.tra2sim(text))
        return details.answer(found["county"], found["detail"])

    return lambda texts: [one(text) for text in _plain(texts)]


def _cpca(details: Details) -> Callable[[Sequence[str]], list[Answer]]:
    cpca = _import_cpca()

    def many(texts: Sequence[str]) -> list[Answer]:
        found = cpca.transform(_plain(texts))
        return [
            details.answer(district, detail)
            for district, detail in zip(found["区"], found["地址"], strict=True)
        ]

    return many


def _import_cpca() -> Any:
    """It asks setuptools for one function that new versions have no more."""
    had = sys.modules.get("pkg_resources")
    stand_in: Any = types.ModuleType("pkg_resources")
    stand_in.resource_stream = lambda package, name: (resources.files(package) / name).open("rb")
    sys.modules["pkg_resources"] = stand_in
    try:
        import cpca
    finally:
        if had is None:
            del sys.modules["pkg_resources"]
        else:
            sys.modules["pkg_resources"] = had
    return cpca


SPLITTERS: Final = {"jionlp": _jionlp, "cpca": _cpca}
"""By name: a function that takes `Details` and gives one that answers many texts."""
