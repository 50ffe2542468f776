"""What the campaign map says beside its shapes."""

from __future__ import annotations

from dataclasses import dataclass

from gisgrid.store.campaigns import Phase, Task

__all__ = ["CampaignView"]


@dataclass(frozen=True)
class CampaignView:
    """One campaign: its phases in order of time, and its tasks.

    Attributes
    ----------
    item_zh, item_en : str
        What the single items are called.
    done_zh, done_en : str
        What was done with them.
    """

    code: str
    name_zh: str
    name_en: str
    phases: tuple[Phase, ...]
    tasks: tuple[Task, ...]
    item_zh: str = "防盗窗"
    item_en: str = "anti-theft windows"
    done_zh: str = "已拆除"
    done_en: str = "removed"
