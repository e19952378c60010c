"""Stating a policy: a record sealed by the hub for the owner."""

from collections.abc import Sequence

from hub.entry.of_plant import new_id
from hub.entry.seal import Stamps, enter
from hub.errors import EntryRefused
from hub.parts import Hub
from hub.sharing.forms import PolicyForm
from hub.store.core.database import Reading
from hub.store.core.instant import is_storable
from hub.store.ledger.authors import latest_organisation
from hub.store.ledger.batches import StoredBatch
from traceability.errors import IdentifierRefused
from traceability.identifier.item import item_uri, part_of, read_identity
from traceability.record.base import Record
from traceability.record.sharing import PolicyRecord


def state_policy(hub: Hub, form: PolicyForm) -> StoredBatch:
    """Seal the policy of ``form``; ``EntryRefused`` says what does not fit. A policy never begins in the past."""
    identity = new_id(hub, "policy")
    now = hub.clock()
    where = f"policy of {form.owner}"
    begins = now if form.valid_from is None else form.valid_from
    if begins < now or not is_storable(begins):
        raise EntryRefused(
            f"valid_from {begins.isoformat()} is past", where=where, advice="what was seen was seen; leave it out"
        )
    if form.partner == form.owner:
        raise EntryRefused("an owner sees all of its own", where=where, advice="name another partner")
    part = _part(form.part, where)

    def draft(connection: Reading, stamp: Stamps) -> Sequence[Record]:
        for organisation in (form.owner, *([form.partner] if form.partner else [])):
            if latest_organisation(connection, organisation) is None:
                raise EntryRefused(f"there is no organisation {organisation!r}", where=where, advice="add it first")
        record = PolicyRecord(
            id=identity,
            owner=form.owner,
            partner=form.partner,
            part=part,
            kinds=None if form.kinds is None else tuple(sorted(set(form.kinds))),
            items=form.items,
            valid_from=begins,
            by=form.by,
            **stamp(),
        )
        return [record]

    stored = enter(hub, draft)
    assert stored is not None  # the draft always has a record
    return stored


def _part(text: str, where: str) -> str:
    if not text:
        return ""
    try:
        part = item_uri(read_identity(text))
        if part_of(part) != part:
            raise IdentifierRefused(f"{text[:100]} is no part but one of them")
    except IdentifierRefused as error:
        raise EntryRefused(error.what, where=where, advice="name the part, for example by its GTIN's link") from None
    return part
