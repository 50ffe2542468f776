"""``python -m gisgrid.sample DIR`` writes what ``data`` holds of the sample into a folder."""

from __future__ import annotations

import sys
from pathlib import Path

from gisgrid.sample.boundaries import write_boundaries
from gisgrid.sample.campaign_files import write_campaign
from gisgrid.sample.district import build_district

__all__ = ["main"]


def main(arguments: list[str]) -> int:
    """Build the district and write its boundaries and its campaign; the exit code."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m gisgrid.sample DIR\n")
        return 2
    folder, district = Path(arguments[0]), build_district()
    for path in (
        *write_boundaries(district, folder / "boundaries"),
        *write_campaign(district.campaign, folder / "campaigns" / district.campaign.code),
    ):
        sys.stdout.write(f"{path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
