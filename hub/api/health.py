"""Is it alive, and can it serve."""

from fastapi import APIRouter

from hub.api.access import UsesHub
from hub.store.ledger.batches import log_size
from traceability.batch.header import FORMAT_VERSION

router = APIRouter(tags=["health"])

BUSY_AFTER_S = 2.0
LEAST_ROOM = 64 * 1024 * 1024
"""Bytes that must be free: room for what is under way, and for a person to notice."""


@router.get("/healthz")
def get_health() -> dict[str, str]:
    """The process answers, and takes batches of this format (and of older minor versions)."""
    return {"status": "ok", "batch_format": FORMAT_VERSION}


@router.get("/readyz", responses={503: {"description": "The store is busy"}, 507: {"description": "The disk is full"}})
def get_readiness(hub: UsesHub) -> dict[str, str | int]:
    """The store answers, can be written within a moment, and has room; otherwise a problem says what is in the way."""
    hub.store.check_writable(BUSY_AFTER_S, LEAST_ROOM)
    with hub.store.reading() as connection:
        size = log_size(connection)
    return {
        "status": "ready",
        "origin": hub.settings.origin,
        "environment": hub.settings.environment,
        "log_size": size,
    }
