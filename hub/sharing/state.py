"""Stating a policy: a record sealed by the hub for the owner."""

from collections.abc import Sequence
from datetime import datetime

from hub.accounts.asker import Asker
from hub.entry.of_plant import new_id
from hub.entry.seal import Stamps, enter
from hub.errors import EntryRefused, ScopeMissing
from hub.parts import Hub
from hub.sharing.forms import PolicyForm
from hub.sharing.preview import PolicyPreview, draft_of, preview
from hub.store.core.database import Reading
from hub.store.core.instant import is_storable
from hub.store.ledger.authors import latest_organisation
from hub.store.ledger.batches import StoredBatch
from hub.store.sharing.queries import all_policies_of
from traceability.errors import IdentifierRefused
from traceability.identifier.item import item_uri, part_of, read_identity
from traceability.record.base import Record
from traceability.record.sharing import PolicyRecord


def check_may_state(asker: Asker, owner: str) -> None:
    """``ScopeMissing`` unless the asker may state policies of ``owner``; they are about all plants of a company."""
    if not asker.is_operator and asker.organisation != owner:
        raise ScopeMissing(
            f"your token is of {asker.organisation!r}, not of {owner!r}", advice="act for your own organisation"
        )
    if asker.plants:
        raise ScopeMissing(
            "a policy is about every plant of a company, and you are of some of them",
            advice="ask somebody who is of all of them",
        )


def state_policy(hub: Hub, form: PolicyForm) -> StoredBatch:
    """Seal the policy of ``form``; ``EntryRefused`` says what does not fit. A policy never begins in the past."""
    identity = new_id(hub, "policy")
    begins, part = _checked(form, hub.clock())

    def draft(connection: Reading, stamp: Stamps) -> Sequence[Record]:
        _check_names(connection, form)
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


def preview_policy(connection: Reading, form: PolicyForm, now: datetime) -> PolicyPreview:
    """What the policy of ``form`` would change; refused as ``state_policy`` refuses it, and nothing is stated."""
    begins, part = _checked(form, now)
    _check_names(connection, form)
    draft = draft_of(form, part, begins)
    return preview(all_policies_of(connection, form.owner), draft)


def _checked(form: PolicyForm, now: datetime) -> tuple[datetime, str]:
    """When it begins, and the part as policies name it."""
    where = f"policy of {form.owner}"
    begins = now if form.valid_from is None else form.valid_from
    if begins < now or not is_storable(begins):
        raise EntryRefused(
            f"valid_from {begins.isoformat()} is past", where=where, advice="what was seen was seen; leave it out"
        )
    if form.partner == form.owner:
        raise EntryRefused("an owner sees all of its own", where=where, advice="name another partner")
    return begins, _part(form.part, where)


def _check_names(connection: Reading, form: PolicyForm) -> None:
    for organisation in (form.owner, *([form.partner] if form.partner else [])):
        if latest_organisation(connection, organisation) is None:
            raise EntryRefused(
                f"there is no organisation {organisation!r}", where=f"policy of {form.owner}", advice="add it first"
            )


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
