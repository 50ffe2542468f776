"""Campaigns from the files of a spreadsheet: head, phases, tasks, items, evidence."""

from gisgrid.imports.campaigns.running import CampaignReport, import_campaign, load_campaign
from gisgrid.imports.campaigns.sheets import SHEETS
from gisgrid.imports.campaigns.taking import CampaignFiles

__all__ = ["SHEETS", "CampaignFiles", "CampaignReport", "import_campaign", "load_campaign"]
