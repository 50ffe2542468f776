"""The sample's campaign as files: what the project ships, and the example of the reference."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from sqlalchemy import Engine

from gisgrid.imports.campaigns import SHEETS, CampaignFiles, load_campaign
from gisgrid.sample import District
from gisgrid.sample.campaign_files import write_campaign
from tests.campaigns import ZONE

SHIPPED = Path(__file__).parents[2] / "data" / "campaigns" / "wanshang-2024"


def test_shipped_files_are_what_the_seed_makes(district: District, tmp_path: Path) -> None:
    written = write_campaign(district.campaign, tmp_path / "new")
    assert [path.name for path in written] == [f"{name}.csv" for name in SHEETS]
    for path in written:
        assert path.read_bytes() == (SHIPPED / path.name).read_bytes()


@pytest.mark.parametrize("name", SHEETS)
def test_they_have_no_column_that_is_not_read(name: str) -> None:
    with (SHIPPED / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert set(rows[0]) <= set(SHEETS[name].columns)
    for column in SHEETS[name].required:
        assert all(row[column] for row in rows)


def test_the_sample_holds_them_already(sample: Engine) -> None:
    files = CampaignFiles(paths=(SHIPPED,), crs="wgs84", strict=True)
    with sample.connect() as connection, connection.begin() as transaction:
        report = load_campaign(connection, files, zone=ZONE)
        transaction.rollback()
    assert {name: one.unchanged for name, one in report.files.items()} == {
        **{"campaign": 1, "phases": 3, "tasks": 8, "items": 639},
        "evidence": 66,
    }
