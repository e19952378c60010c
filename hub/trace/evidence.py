"""The evidence file of one unit: every record about it and about everything that is in it, and the plans they cite."""

from collections.abc import Collection

import msgspec

from hub.errors import NotFound
from hub.parts import Hub
from hub.proof.assemble import NOTHING
from hub.proof.disclose import assemble_seen, sealed_places
from hub.store.core.database import Reading
from hub.store.production.corrections import any_correction, corrections_of
from hub.store.trace.aliases import aliases_about
from hub.store.trace.evidence import MOST_LAYERS, Place, named_at, places_about, places_moved, plan_places
from hub.store.trace.links import StoreLinks
from traceability.errors import LimitExceeded
from traceability.evidence import Evidence
from traceability.genealogy import TraceLimits, trace


class EvidenceLimits(msgspec.Struct, frozen=True):
    """One file holds no more; the evidence of a larger unit is taken part by part."""

    items: int = 2_000
    batches: int = 2_000
    records: int = 20_000


DEFAULT_EVIDENCE_LIMITS = EvidenceLimits()
LINKS = "association"
MOVES = frozenset(("shipment", "packing", "epcis-event"))


def assemble_evidence(
    connection: Reading,
    hub: Hub,
    unit: str,
    limits: EvidenceLimits = DEFAULT_EVIDENCE_LIMITS,
    withhold: Collection[str] = NOTHING,
) -> Evidence:
    """The evidence of ``unit`` (canonical identity); records of the kinds in ``withhold`` by their hash only.

    ``NotFound`` when nobody sent a record about it, ``LimitExceeded`` when its genealogy is larger than one file
    takes, ``ProofRefused`` or ``Malformed`` when the stored bytes are not what the ledger took.
    """
    places, items = _places(connection, unit, limits, withhold)
    return assemble_seen(connection, hub, unit, places, withhold, items)


def _places(
    connection: Reading, unit: str, limits: EvidenceLimits, withhold: Collection[str]
) -> tuple[set[Place], set[str]]:
    """Where links are withheld, what is in the unit stays out too: nothing would say why it is in the file. So does
    what its box travelled in, where it is withheld that it was in the box."""
    own = places_about(connection, [unit])
    if not own and not sealed_places(connection, [unit]):
        raise NotFound(f"nobody has sent a record about {unit}", advice="check serial and GTIN")
    items, names, truncated = ({unit}, set[Place](), False) if LINKS in withhold else _below(connection, unit, limits)
    layers = MOST_LAYERS if MOVES.isdisjoint(withhold) else 0
    places = own | places_about(connection, items - {unit}) | places_moved(connection, items, layers) | names
    places |= plan_places(connection, places) | _corrections(connection, places)
    batches = {batch_id for batch_id, _ in places}
    if truncated or len(places) > limits.records or len(batches) > limits.batches:
        raise LimitExceeded(
            f"the evidence of {unit} would fill more than one file "
            f"({limits.items} parts, {limits.batches} batches, {limits.records} records)",
            advice="take the evidence of its components one by one",
        )
    return places, items


def _below(connection: Reading, unit: str, limits: EvidenceLimits) -> tuple[set[str], set[Place], bool]:
    """The unit and what is in it under every name, what was said about names, and whether it was too much."""
    reached: set[str] = set()
    names: set[Place] = set()
    waiting = {unit}
    while waiting and len(reached) <= limits.items:
        for item in sorted(waiting):
            below = trace(item, StoreLinks(connection), limits=TraceLimits(items=limits.items))
            if below.truncated:
                return reached, names, True
            reached.update(below.depth_of)
        said = aliases_about(connection, reached)
        names |= {(row.batch_id, row.line) for row in said}
        waiting = {name for row in said for name in (row.one, row.other)} - reached
    return reached, names, bool(waiting)


def _corrections(connection: Reading, places: Collection[Place]) -> set[Place]:
    """What was said against the records at ``places``, and against that in turn: a holder must not take for valid what
    was declared wrong, nor for wrong what was so by mistake."""
    found: set[Place] = set()
    waiting = set(places) if any_correction(connection) else set[Place]()
    while waiting:
        against = corrections_of(connection, named_at(connection, waiting)).values()
        waiting = {(one.batch_id, one.line) for several in against for one in several} - found
        found |= waiting
    return found
