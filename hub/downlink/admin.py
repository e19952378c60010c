"""Routes by which people order holds and hand in what a plant's key signed. All need the admin token."""

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from hub.api.access import AdminOnly, UsesHub
from hub.downlink.orders import carry_message, place_order, release_order
from hub.entry.forms import Entered, Form, Key, Name
from hub.store.ledger.batches import StoredBatch

router = APIRouter(prefix="/api/v1", tags=["downlink"], dependencies=[AdminOnly])
_ENVELOPE = {"requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}}}


class HoldForm(Form):
    """``target`` is the Digital Link of a unit or lot; without a plant the hold is for every plant."""

    target: Name
    plant: Key | None = None
    by: Key
    reason: Name


class ReleaseForm(Form):
    """Who (a pseudonymous id) releases a hold, and why."""

    by: Key
    reason: Name


class Ordered(BaseModel):
    """The id of the hold."""

    id: str


@router.post("/hold-orders", status_code=201)
def post_hold(form: HoldForm, hub: UsesHub) -> Ordered:
    """Order a hold; agents of the plant heed it once they have fetched it."""
    return Ordered(id=place_order(hub, form.target, plant=form.plant, by=form.by, reason=form.reason))


@router.post("/hold-orders/{name}/release", status_code=201)
def post_release(name: str, form: ReleaseForm, hub: UsesHub) -> Entered:
    """Order the release of a hold."""
    return _entered(release_order(hub, name, by=form.by, reason=form.reason))


@router.post("/plant-messages", status_code=201, openapi_extra=_ENVELOPE)
async def post_message(request: Request, hub: UsesHub) -> Entered:
    """Carry an envelope that a plant's key signed to the agent it names."""
    return _entered(await run_in_threadpool(carry_message, hub, (await request.body()).strip()))


def _entered(stored: StoredBatch | None) -> Entered:
    return Entered(new=False) if stored is None else Entered(new=True, log_index=stored.id, hash=stored.hash)
