"""Plans over HTTP: drawn, edited, undone, forked, published."""

from api.plans.changing import router as changing
from api.plans.reading import router as reading

__all__ = ["ROUTERS"]

ROUTERS = (reading, changing)
