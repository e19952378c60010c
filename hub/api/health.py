"""Is it alive, and can it serve."""

from fastapi import APIRouter

from hub.api.access import UsesHub
from hub.store.batches import log_size

router = APIRouter(tags=["health"])


@router.get("/healthz")
def get_health() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/readyz")
def get_readiness(hub: UsesHub) -> dict[str, str | int]:
    """The store answers too."""
    with hub.store.reading() as connection:
        size = log_size(connection)
    return {
        "status": "ready",
        "origin": hub.settings.origin,
        "environment": hub.settings.environment,
        "log_size": size,
    }
