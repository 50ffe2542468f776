"""Importing a campaign: its files in one transaction, each with its own rejects."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from gisgrid.errors import InputError
from gisgrid.imports.campaigns.evidence import take_evidence
from gisgrid.imports.campaigns.heads import take_head, take_phases, take_tasks
from gisgrid.imports.campaigns.items import take_items
from gisgrid.imports.campaigns.sheets import find_sheets
from gisgrid.imports.campaigns.taking import CampaignFiles, Taking
from gisgrid.points.progress import Progress, quiet
from gisgrid.store import campaigns, clock

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import tzinfo

    from sqlalchemy import Connection, Engine

    from gisgrid.imports.report import ImportReport

__all__ = ["CampaignReport", "import_campaign", "load_campaign"]


@dataclass(frozen=True)
class CampaignReport:
    """What came of the import of a campaign.

    Attributes
    ----------
    code : str
    files : mapping of sheet to ImportReport
        In the order in which they were taken.
    """

    code: str
    files: Mapping[str, ImportReport]


# The others refer to what comes before them.
_TAKERS: Final = {
    "phases": take_phases,
    "tasks": take_tasks,
    "items": take_items,
    "evidence": take_evidence,
}


def import_campaign(
    engine: Engine,
    files: CampaignFiles,
    *,
    zone: tzinfo,
    author: str = "",
    progress: Progress = quiet,
) -> CampaignReport:
    """Import the files of a campaign in one transaction; as `load_campaign`."""
    with engine.begin() as connection:
        return load_campaign(connection, files, zone=zone, author=author, progress=progress)


def load_campaign(
    connection: Connection,
    files: CampaignFiles,
    *,
    zone: tzinfo,
    author: str = "",
    progress: Progress = quiet,
) -> CampaignReport:
    """Import the files of a campaign within the caller's transaction.

    A row is known by its code or id: one that is new is added, one that differs is changed, what
    the files lack stays.

    Parameters
    ----------
    files : CampaignFiles
    zone : tzinfo
        In which today is today: nothing can be done on a day to come.
    author : str
        Who brings the files; kept with the marks of items.

    Raises
    ------
    InputError
        A file, a column or the CRS cannot be used, no row of a file can, or nothing says which
        campaign it is.
    NotFound
        ``files.code`` is no campaign.
    RejectedError
        ``files.strict`` and a row was rejected.
    """
    paths = find_sheets(files.paths)
    today = clock.now(connection, zone).date()
    taking = Taking(connection, files, progress, today)
    reports: dict[str, ImportReport] = {}
    code = files.code
    if head := paths.pop("campaign", None):
        code, reports["campaign"] = take_head(taking, head)
    if code is None:
        raise InputError(
            "nothing says which campaign it is",
            where=str(files.paths[0]),
            fix="add campaign.csv, or give --code CODE of one on record",
        )
    campaign_id = campaigns.by_code(connection, code).id
    campaigns.hold_campaign(connection, campaign_id)
    taking = replace(taking, campaign_id=campaign_id)
    for name, path in paths.items():
        campaigns.marked_by(connection, author, f"import {path.name}")
        reports[name] = _TAKERS[name](taking, path)
    return CampaignReport(code, reports)
