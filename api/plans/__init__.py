"""Plans over HTTP: drawn, edited, undone, forked, published."""

from api.plans.changing import router as changing
from api.plans.checking import router as checking
from api.plans.proposals import router as proposals
from api.plans.reading import router as reading
from api.plans.units import router as units

__all__ = ["ROUTERS"]

ROUTERS = (reading, units, checking, proposals, changing)
