"""What people state about names, shipments and wrong records where no agent does."""

from collections.abc import Callable, Sequence
from datetime import datetime

from hub.entry.seal import Stamp, Stamps, enter
from hub.entry.trace_forms import CorrectionForm, EndpointForm, ShipmentForm, ShippedForm
from hub.errors import EntryRefused
from hub.parts import Hub
from hub.store.core.database import Reading
from hub.store.ledger.authors import latest_organisation
from hub.store.ledger.batches import StoredBatch, holds_record
from traceability.errors import IdentifierRefused
from traceability.identifier.alias import alias_name
from traceability.identifier.item import item_uri, read_identity
from traceability.record.base import Record
from traceability.record.correction import CorrectionRecord, Target
from traceability.record.identity import AliasRecord, CompanyPrefixRecord, ReidentificationRecord
from traceability.record.logistics import Endpoint, ShipmentRecord, ShippedItem

ID_BYTES = 8


def enter_alias(hub: Hub, one: str, other: str, reason: str = "") -> StoredBatch:
    """State that two names mean one thing."""
    names = _name(one), _name(other)
    return _enter(
        hub, "alias", lambda id_, stamp: AliasRecord(id=id_, one=names[0], other=names[1], reason=reason, **stamp)
    )


def enter_reidentification(hub: Hub, before: str, after: str, reason: str = "") -> StoredBatch:
    """State that a thing got another name."""
    names = _name(before), _name(after)
    return _enter(
        hub,
        "name",
        lambda id_, stamp: ReidentificationRecord(id=id_, before=names[0], after=names[1], reason=reason, **stamp),
    )


def enter_prefix(hub: Hub, organisation: str, prefix: str) -> StoredBatch:
    """State whose GS1 keys begin with ``prefix``."""

    def draft(connection: Reading, stamp: Stamps) -> Sequence[Record]:
        if latest_organisation(connection, organisation) is None:
            raise EntryRefused(
                f"there is no organisation {organisation!r}", where=f"prefix {prefix}", advice="add it first"
            )
        return [CompanyPrefixRecord(id=prefix, prefix=prefix, organisation=organisation, **stamp())]

    return _stored(enter(hub, draft))


def enter_shipments(hub: Hub, forms: Sequence[ShipmentForm]) -> StoredBatch:
    """State what was shipped or received; all of ``forms`` or none."""

    def draft(_connection: Reading, stamp: Stamps) -> Sequence[Record]:
        return [_shipment(form, stamp()) for form in forms]

    return _stored(enter(hub, draft))


def enter_correction(hub: Hub, form: CorrectionForm) -> StoredBatch:
    """Declare a record wrong for its author; who did so stands in the record."""
    target = Target(**form.target.model_dump())

    def draft(connection: Reading, stamp: Stamps) -> Sequence[Record]:
        _check_target(connection, target)
        record = CorrectionRecord(
            id=_identity(hub, "correction"),
            target=target,
            reason=form.reason,
            corrective=tuple(form.corrective),
            on_behalf_of=target.author,
            entered_by=form.entered_by,
            **stamp(),
        )
        return [record]

    return _stored(enter(hub, draft))


def _check_target(connection: Reading, target: Target) -> None:
    where = f"correction of a record of {target.author}"
    if (target.chain is None) != (target.seq is None) or (target.seq is None) == (target.record is None):
        raise EntryRefused("the target is not clear", where=where, advice="name chain and seq, or a record id")
    chain, seq = target.chain, target.seq
    if chain is not None and seq is not None and not holds_record(connection, target.author, chain, seq):
        raise EntryRefused(
            f"the hub holds no record {seq} of chain {chain}",
            where=where,
            advice="the page of the unit says author, chain and seq",
        )


def _shipment(form: ShipmentForm, stamp: Stamp) -> Record:
    at: datetime = form.at or stamp["event_time"]
    return ShipmentRecord(
        id=form.id,
        step=form.step,
        source=_endpoint(form.source),
        destination=_endpoint(form.destination),
        items=tuple(_shipped(item) for item in form.items),
        seq=stamp["seq"],
        event_time=at,
        salt=stamp["salt"],
    )


def _endpoint(form: EndpointForm) -> Endpoint:
    return Endpoint(party=form.party, site=form.site, name=form.name)


def _shipped(form: ShippedForm) -> ShippedItem:
    inside = None if form.inside is None else _identity_of(form.inside)
    return ShippedItem(item=_identity_of(form.item), inside=inside, quantity=form.quantity, uom=form.uom)


def _identity_of(text: str) -> str:
    """Canonical identity of what may be spelt as a Digital Link or an EPC URN too."""
    try:
        return item_uri(read_identity(text))
    except IdentifierRefused as error:
        raise EntryRefused(error.what, where=text[:100], advice=error.advice) from None


def _name(text: str) -> str:
    try:
        return alias_name(text)
    except IdentifierRefused as error:
        raise EntryRefused(error.what, where=text[:100], advice=error.advice) from None


def _enter(hub: Hub, kind: str, record: Callable[[str, Stamp], Record]) -> StoredBatch:
    def draft(_connection: Reading, stamp: Stamps) -> Sequence[Record]:
        return [record(_identity(hub, kind), stamp())]

    return _stored(enter(hub, draft))


def _identity(hub: Hub, kind: str) -> str:
    return f"{kind}-{hub.random_bytes(ID_BYTES).hex()}"


def _stored(stored: StoredBatch | None) -> StoredBatch:
    assert stored is not None  # the drafts here always have a record
    return stored
