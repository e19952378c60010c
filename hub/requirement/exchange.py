"""A requirement as a signed file, from hub to hub: customer and supplier may run hubs of their own.

As with notifications the file is a DSSE envelope over the content and every change, signed by the hub that wrote it;
a partner speaks for its own company only, and only the customer's hub brings a requirement that is new here. Both sides
find the same text (its hash) and the same state, in whatever order files come.
"""

from collections.abc import Sequence
from typing import Annotated

import msgspec

from hub.entry.seal import Stamps, enter
from hub.errors import EntryRefused
from hub.parts import Hub
from hub.requirement.act import require_company
from hub.requirement.read import find
from hub.store.core.database import Reading
from hub.store.core.instant import is_storable
from hub.store.quality.requirements import requirement_changes, stored_requirement
from traceability.record.base import Id, Instant, Record
from traceability.record.requirement import (
    Party,
    RequirementChangeRecord,
    RequirementContent,
    RequirementRecord,
    RequirementStep,
)
from traceability.requirement.content import RequirementRefused, check_content, content_hash
from traceability.signing import read_envelope, seal_envelope, verified_payload

REQUIREMENT_TYPE = "application/vnd.zhuoyue.requirement+json"
MAX_CHANGES = 10_000


class CarriedStep(msgspec.Struct, frozen=True, kw_only=True):
    """A change as it travels."""

    change: Id
    after: Annotated[tuple[Id, ...], msgspec.Meta(max_length=64)]
    party: Party
    by: Id
    made_at: Instant
    content: RequirementStep


class Carried(msgspec.Struct, frozen=True, kw_only=True):
    """A requirement as it travels."""

    id: Id
    by: Id
    content: RequirementContent
    changes: Annotated[tuple[CarriedStep, ...], msgspec.Meta(max_length=MAX_CHANGES)]


def write_file(connection: Reading, hub: Hub, identity: str) -> bytes:
    """The file of a requirement, one line."""
    stored, _ = find(connection, identity)
    known = requirement_changes(connection, [identity])[identity]
    changes = sorted(known, key=lambda one: (one.made_at, one.change))
    names = CarriedStep.__struct_fields__
    carried = Carried(
        id=identity,
        by=stored.by,
        content=stored.content,
        changes=tuple(CarriedStep(**{name: getattr(one, name) for name in names}) for one in changes),
    )
    return seal_envelope(msgspec.json.encode(carried), REQUIREMENT_TYPE, hub.signer)


def take_in(hub: Hub, line: bytes, *, partner: str, partner_key: bytes) -> tuple[str, int]:
    """Take a file signed by the hub of company ``partner``; the requirement's id and how many changes were new.

    ``SignatureRefused``, ``Malformed`` or ``EntryRefused`` (another content under the same id, unknown companies).
    """
    payload = verified_payload(read_envelope(line), REQUIREMENT_TYPE, partner_key)
    try:
        carried = msgspec.json.decode(payload, type=Carried)
        check_content(carried.content)
    except (msgspec.DecodeError, RequirementRefused) as error:
        raise EntryRefused(f"not a requirement: {error}", where="file") from None
    new = 0

    def draft(connection: Reading, stamp: Stamps) -> Sequence[Record]:
        nonlocal new
        party = _party_of(partner, carried)
        records = _opening(connection, carried, party, stamp)
        known = {one.change for one in requirement_changes(connection, [carried.id])[carried.id]}
        fresh = [one for one in carried.changes if one.change not in known]
        _refuse_others_words(fresh, party, partner)
        new = len(fresh)
        return records + [_taken(carried.id, one, stamp) for one in fresh]

    enter(hub, draft)
    return carried.id, new


def _party_of(partner: str, carried: Carried) -> Party:
    parties = {carried.content.customer: Party.CUSTOMER, carried.content.supplier: Party.SUPPLIER}
    if partner not in parties:
        raise EntryRefused(
            f"{partner!r} is neither customer nor supplier", where=carried.id, advice="name the right partner"
        )
    return parties[partner]


def _refuse_others_words(fresh: Sequence[CarriedStep], party: Party, partner: str) -> None:
    for one in fresh:
        if one.party is not party:
            raise EntryRefused(
                f"the file holds what only the {one.party} can have done, and {partner} is the {party}",
                where=f"change {one.change}",
                advice="nothing was taken; ask the partner where it comes from",
            )


def _opening(connection: Reading, carried: Carried, party: Party, stamp: Stamps) -> list[Record]:
    stored = stored_requirement(connection, carried.id)
    if stored is not None:
        if stored.content_hash != content_hash(carried.content):
            raise EntryRefused(
                "this hub holds another content under the same id", where=carried.id,
                advice="ask the partner which of the two was proposed; nothing was changed",
            )  # fmt: skip
        return []
    if party is not Party.CUSTOMER:
        raise EntryRefused(
            "this hub has never proposed this requirement", where=carried.id, advice="ask the partner where it is from"
        )
    for organisation in (carried.content.customer, carried.content.supplier):
        require_company(connection, organisation)
    return [RequirementRecord(id=carried.id, content=carried.content, by=carried.by, **stamp())]


def _taken(identity: str, one: CarriedStep, stamp: Stamps) -> Record:
    if not is_storable(one.made_at):
        raise EntryRefused("'made_at' is outside the years 2 to 9998", where=f"change {one.change}")
    return RequirementChangeRecord(id=identity, **msgspec.structs.asdict(one), **stamp())
