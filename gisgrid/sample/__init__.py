"""The sample district: made up from a seed, shaped and sized like Jiading, loaded by the demo.

Area and unit names and codes are real; everything else, people and places alike, is invented.
"""

from __future__ import annotations

from gisgrid.sample.district import NOTICE, SEED, District, build_district
from gisgrid.sample.market import CampaignSample

__all__ = ["NOTICE", "SEED", "CampaignSample", "District", "build_district"]
