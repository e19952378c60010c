"""``GET /metrics``, for Prometheus."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from hub.api.access import UsesAsker, whole_hub
from hub.errors import ScopeMissing
from hub.operations.meters import Meters
from hub.operations.state import HubState
from hub.parts import Hub

router = APIRouter(tags=["operations"])


def meters_of(request: Request) -> Meters:
    """What this application counted."""
    meters = request.app.state.meters
    assert isinstance(meters, Meters)
    return meters


def operators_hub(request: Request, asker: UsesAsker) -> Hub:
    """The whole hub for its operator; no entry in the audit log, for nothing of anybody's data is read."""
    if not asker.is_operator:
        raise ScopeMissing("metrics are the operator's", advice="ask whoever runs the hub")
    return whole_hub(request)


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
def get_metrics(hub: Annotated[Hub, Depends(operators_hub)], request: Request) -> Response:
    """What this process did, and the state of the hub, in the text format of Prometheus; for the operator's side."""
    meters = meters_of(request)
    meters.waiting_bytes.set(request.app.state.desk.room.taken)
    state = CollectorRegistry()
    state.register(HubState(hub))
    return Response(generate_latest(meters.registry) + generate_latest(state), media_type=CONTENT_TYPE_LATEST)
