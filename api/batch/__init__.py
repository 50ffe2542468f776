"""Many points at once: read from JSON, CSV or Arrow as they arrive, answered row by row."""

from api.batch.answering import resolve_batch
from api.batch.asked import BatchQuery, BatchRequest
from api.batch.kinds import KINDS

__all__ = ["KINDS", "BatchQuery", "BatchRequest", "resolve_batch"]
