"""Plans that are drawn: grids as they shall be, edit by edit, apart from what is published."""

from gisgrid.store.drafts.arguments import EDIT_KINDS, Edit, parse_edit
from gisgrid.store.drafts.editing import EditResult, LoggedEdit, edit, log, redo, undo
from gisgrid.store.drafts.knitting import KNIT_M, knit
from gisgrid.store.drafts.lifecycle import fork, new, rename
from gisgrid.store.drafts.listings import from_listing
from gisgrid.store.drafts.reach import require_drawn_theirs, require_theirs
from gisgrid.store.drafts.rebasing import rebase
from gisgrid.store.drafts.repairs import GridRepair, LevelRepair, Repaired, repair
from gisgrid.store.drafts.state import DrawnGrid, PlanState, changed_since, frame
from gisgrid.store.drafts.summary import LevelCounts, Summary, summary
from gisgrid.store.drafts.writing import lock_plan, require_drawn

__all__ = [
    "EDIT_KINDS",
    "KNIT_M",
    "DrawnGrid",
    "Edit",
    "EditResult",
    "GridRepair",
    "LevelCounts",
    "LevelRepair",
    "LoggedEdit",
    "PlanState",
    "Repaired",
    "Summary",
    "changed_since",
    "edit",
    "fork",
    "frame",
    "from_listing",
    "knit",
    "lock_plan",
    "log",
    "new",
    "parse_edit",
    "rebase",
    "redo",
    "rename",
    "repair",
    "require_drawn",
    "require_drawn_theirs",
    "require_theirs",
    "summary",
    "undo",
]
