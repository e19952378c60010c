"""Routes by which people enter names, shipments and corrections. All need the admin token."""

from typing import Annotated

from fastapi import APIRouter, Body

from hub.api.access import AdminOnly, UsesHub
from hub.entry import trace_entries
from hub.entry.forms import Entered
from hub.entry.shipment_csv import shipments_of_csv
from hub.entry.trace_forms import AliasForm, CorrectionForm, PrefixForm, ReidentificationForm, ShipmentForm
from hub.errors import EntryRefused
from hub.store.ledger.batches import StoredBatch

router = APIRouter(prefix="/api/v1", tags=["entry"], dependencies=[AdminOnly])


@router.post("/aliases", status_code=201)
def post_alias(form: AliasForm, hub: UsesHub) -> Entered:
    """State that two names mean one thing."""
    return _entered(trace_entries.enter_alias(hub, form.one, form.other, form.reason))


@router.post("/reidentifications", status_code=201)
def post_reidentification(form: ReidentificationForm, hub: UsesHub) -> Entered:
    """State that a thing got another name."""
    return _entered(trace_entries.enter_reidentification(hub, form.before, form.after, form.reason))


@router.post("/organisations/{organisation}/prefixes", status_code=201)
def post_prefix(organisation: str, form: PrefixForm, hub: UsesHub) -> Entered:
    """Enter a GS1 company prefix: then it is known who should report on its items."""
    return _entered(trace_entries.enter_prefix(hub, organisation, form.prefix))


@router.post("/shipments", status_code=201)
def post_shipment(form: ShipmentForm, hub: UsesHub) -> Entered:
    """Enter what was shipped or received."""
    return _entered(trace_entries.enter_shipments(hub, [form]))


@router.post("/shipments/csv", status_code=201)
def post_shipments_csv(
    hub: UsesHub, body: Annotated[bytes, Body(media_type="text/csv", description="UTF-8, with a header line")]
) -> Entered:
    """Enter a table of shipments; all of it or nothing."""
    try:
        forms = shipments_of_csv(body.decode())
    except UnicodeDecodeError:
        raise EntryRefused("is not UTF-8", where="body", advice="save the table as UTF-8 CSV") from None
    if not forms:
        raise EntryRefused("holds no line", where="body", advice="send a header and one line for each item")
    return _entered(trace_entries.enter_shipments(hub, forms))


@router.post("/corrections", status_code=201)
def post_correction(form: CorrectionForm, hub: UsesHub) -> Entered:
    """Declare a record wrong for its author: it stays, and counts no more."""
    return _entered(trace_entries.enter_correction(hub, form))


def _entered(stored: StoredBatch) -> Entered:
    return Entered(new=True, log_index=stored.id, hash=stored.hash)
