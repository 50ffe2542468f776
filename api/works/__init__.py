"""What is done about cases over HTTP: deliberation, mediation, evidence, facilities."""

from api.works.deliberations import router as deliberations
from api.works.evidence import router as evidence
from api.works.facilities import router as facilities
from api.works.mediations import router as mediations
from api.works.relapses import router as relapses

__all__ = ["ROUTERS"]

# Before the routes of cases, whose steps would take these words for their own.
ROUTERS = (deliberations, mediations, evidence, facilities, relapses)
