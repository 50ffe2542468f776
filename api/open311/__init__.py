"""Open311 GeoReport v2 at the edge: services and service requests, as JSON and XML."""

from api.open311.discovery import router as discovery
from api.open311.requests import router as requests
from api.open311.services import router as services

__all__ = ["ROUTERS"]

ROUTERS = (services, requests, discovery)
