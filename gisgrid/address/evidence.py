"""What the words around a name say for or against an address: its town, its unit, what is left."""

from __future__ import annotations

from collections.abc import Sequence

from gisgrid.address.elsewhere import BETWEEN, is_elsewhere
from gisgrid.address.misspelling import Room
from gisgrid.address.names import Mention
from gisgrid.address.strangers import names_a_stranger

__all__ = ["Evidence"]

_MOST_LEFT = 6
_WEAK = frozenset(["character"])
"""Mistakes that yield to another name that stands there without the word for its kind."""
_END_OF_A_NAME = frozenset("东西南北中新老大小公支路街巷道弄村")
_BY_CHANCE = frozenset(["character", "two", "telling", "other-kind"])
"""Mistakes so wide that a name of elsewhere may be one of an own name."""


class Evidence:
    """The words of one text.

    Parameters
    ----------
    text : str
    exact : sequence of Mention
        The names that stand in it.
    """

    def __init__(self, text: str, exact: Sequence[Mention]) -> None:
        self._text = text
        self._letters = sum(1 << i for i, c in enumerate(text) if c.isalnum())
        self._whole = [m for m in exact if not m.name.stem and m.name.kind in ("place", "alias")]
        self._areas = [m for m in exact if m.name.kind == "area"]
        self._units = [m for m in exact if m.name.kind == "unit"]
        self._stems = [m for m in exact if m.name.stem and m.name.kind in ("place", "alias")]
        self._foreign = [m for m in exact if is_elsewhere(text, m)]
        self._fixed = [m for m in exact if m.name.kind in ("own", "area")] + self._foreign
        self._own = 0
        for mention in exact:
            if mention.name.kind == "own":
                self._own |= mention.mask
        self._near_areas: list[Mention] = []
        self._near: list[int] = []
        self._strange: dict[tuple[int, int], bool] = {}

    @property
    def room(self) -> Room:
        """Where misspelt names may stand: not in the towns that are named as they should be."""
        free = (1 << len(self._text)) - 1
        starts = 1
        ends = 1 << len(self._text)
        for i, character in enumerate(self._text):
            if character == BETWEEN:
                free &= ~(1 << i)
                starts |= 1 << (i + 1)
                ends |= 1 << i
        for mention in self._fixed:
            if not mention.name.stem:
                free &= ~mention.mask
            starts |= 1 << mention.end
            ends |= 1 << mention.start
        return Room(free, starts, ends)

    def add(self, mistaken: Sequence[Mention]) -> None:
        """Take in what is named with a mistake, such as towns and the district itself."""
        self._strange.clear()
        self._near = [m.mask for m in mistaken if m.mistake not in _BY_CHANCE]
        self._near_areas = [m for m in mistaken if m.name.kind == "area"]
        for mention in mistaken:
            if mention.name.kind == "own":
                self._own |= mention.mask

    def of(
        self, mention: Mention, also: Sequence[Mention], town: int, unit: int
    ) -> tuple[str, ...]:
        """What speaks for or against an address.

        Parameters
        ----------
        mention : Mention
            The name that leads to it.
        also : sequence of Mention
            Other names that lead to the same address.
        town, unit : int
            Where it lies.
        """
        mask = mention.mask
        taken = mask | self._own
        for other in also:
            taken |= other.mask
        features: tuple[str, ...] = ("also-named",) if also else ()
        wrong = 0
        for feature, mentions in (("town", self._areas), ("unit", self._units)):
            free = [m for m in mentions if not m.mask & mask]
            agreeing = [m for m in free if m.name.key == (town if feature == "town" else unit)]
            if agreeing:
                features += (f"{feature}-agrees",)
            elif free and not (feature == "unit" and unit < 0):
                features += (f"wrong-{feature}",)
                wrong |= free[0].mask if feature == "unit" else 0
            for one in free:
                taken |= one.mask
        if mention.name.kind == "unit":
            # A unit lies in its town: that both are named says nothing new.
            features = tuple(f for f in features if f != "town-agrees")
        elif "town-agrees" not in features:
            near = [m for m in self._near_areas if m.name.key == town and not m.mask & taken]
            if near:
                features += ("town-mistaken",)
                taken |= near[0].mask
        return features + self._against(mention, also, taken, wrong)

    def _against(
        self, mention: Mention, also: Sequence[Mention], taken: int, wrong: int
    ) -> tuple[str, ...]:
        """Other places that the text names, and letters that nothing explains."""
        features: tuple[str, ...] = ()
        mask = mention.mask
        for one in self._whole:
            if one.mask & mask:
                if mention.mistake != "exact" or mention.name.stem:
                    features = ("other-name",)
            elif one not in also:
                features += ("other-place",)
                taken |= one.mask
                break
        if mention.mistake in _WEAK and any(
            one.mask & mask and _meaning(one) != _meaning(mention) for one in self._stems
        ):
            features = ("other-name", *features)
        left = self._letters & ~taken
        beside = (1 << mention.end) | (1 << mention.start) >> 1
        if left & beside:
            features += ("run-on" if mention.mistake == "exact" else "run-on-too",)
        if left and (self._goes_on(left, mention) or self._is_strange(left | wrong, mention)):
            features += ("strange-place",)
        sure = mention.mistake == "exact" and mention.name.kind != "unit"
        kind = "left-over" if sure else "left-over-too"
        return features + (kind,) * min(left.bit_count(), _MOST_LEFT)

    def _goes_on(self, left: int, mention: Mention) -> bool:
        """Whether a name with a character missing is but the end of another (星照东路)."""
        said = self._text[mention.start : mention.end]
        before = (1 << mention.start) >> 1
        return (
            mention.mistake == "missing" and bool(left & before) and _END_OF_A_NAME.issuperset(said)
        )

    def _is_strange(self, left: int, mention: Mention) -> bool:
        """Whether the letters that nothing explains name a place that the district lacks."""
        known = self._strange.get((left, mention.mask))
        if known is None:
            known = self._look_for_strangers(left, mention)
            self._strange[left, mention.mask] = known
        return known

    def _look_for_strangers(self, left: int, mention: Mention) -> bool:
        for near in self._near:
            if not near & mention.mask:
                left &= ~near
        named = any(m.mask & left == m.mask for m in self._foreign)
        return named or names_a_stranger(self._text, left, mention)


def _meaning(mention: Mention) -> tuple[str, int]:
    return mention.name.kind, mention.name.key
