"""Estates stand for lanes, old names for roads, and neither for anything else."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pandas as pd

from gisgrid.sample import District
from gisgrid.sample.aliases import write_aliases


def test_an_estate_means_the_lane_of_all_its_numbers(district: District) -> None:
    means = district.aliases.query("kind == 'estate'").set_index("name")["means"]
    in_lanes = district.addresses[district.addresses["lane"].notna()]
    of_estate = defaultdict(set)
    for text, number, estate in zip(
        in_lanes["address"], in_lanes["number"], in_lanes["estate"], strict=True
    ):
        of_estate[estate].add(text.removesuffix(number))
    assert {name: {text} for name, text in means.items()} == of_estate


def test_an_old_name_is_no_other_name(district: District) -> None:
    old = district.aliases.query("kind == 'old-name'")
    roads = set(district.addresses["road"].dropna())
    assert len(old) == old["name"].nunique() == old["means"].nunique() == 60
    assert set(old["means"]) <= roads
    assert not set(old["name"]) & (roads | set(district.lines["name"].dropna()))
    assert all(name[-1] == road[-1] for name, road in zip(old["name"], old["means"], strict=True))


def test_the_same_seed_gives_the_same_names(district: District) -> None:
    addresses = pd.DataFrame(district.addresses)
    one, same, other = (write_aliases(addresses, np.random.default_rng(seed)) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(one, same)
    assert not one.equals(other)
