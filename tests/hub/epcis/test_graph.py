"""What captured events say stands in the same graph as what our own agents say."""

from typing import Any

from small_epcis import SmallEpcis
from small_events import document, some_event
from small_hub import GTIN, projection_of

from hub.projection.rebuild import rebuild
from hub.store.trace.links import StoreLinks
from hub.store.trace.shipments import packings_of, shipments_of
from traceability.genealogy import Direction, trace
from traceability.identifier.item import lot_uri, unit_uri

UNIT, PART, OTHER, LOT = unit_uri(GTIN, "U1"), unit_uri(GTIN, "P1"), unit_uri(GTIN, "P2"), lot_uri(GTIN, "L7")
BOX = "https://id.gs1.org/00/340123450000000000"
PARTY = "https://id.gs1.org/417/9506000134352"


def association(action: str, *children: str, hour: int, **fields: Any) -> dict[str, Any]:
    when = f"2026-11-22T{hour:02}:00:00Z"
    return some_event(
        "AssociationEvent", action=action, parentID=UNIT, childEPCs=list(children), eventTime=when, **fields
    )


def below(epcis: SmallEpcis, item: str) -> set[tuple[str, bool]]:
    with epcis.hub.store.reading() as connection:
        found = trace(item, StoreLinks(connection))
    return {(link.child, link.certain) for link in found.links}


def test_assembly_and_consumption_become_links(epcis: SmallEpcis) -> None:
    used = some_event("TransformationEvent", inputQuantityList=[{"epcClass": LOT, "quantity": 2}], outputEPCList=[PART])
    epcis.capture(document(association("ADD", PART, OTHER, hour=1), used))
    assert below(epcis, UNIT) == {(PART, True), (OTHER, True), (LOT, False)}
    with epcis.hub.store.reading() as connection:
        forward = trace(LOT, StoreLinks(connection), direction=Direction.FORWARD)
    assert {link.parent for link in forward.links} == {PART, UNIT}


def test_a_part_that_is_taken_out_is_in_force_until_then(epcis: SmallEpcis) -> None:
    taken = association("DELETE", PART, hour=3)
    epcis.capture(document(taken))  # comes before the event it undoes
    epcis.capture(document(association("ADD", PART, hour=1), association("ADD", OTHER, hour=3)))
    with epcis.hub.store.reading() as connection:
        links = trace(UNIT, StoreLinks(connection)).links
    ended = {link.child: link.valid_to is not None for link in links}
    assert ended[OTHER] is False
    assert ended.get(PART, True) is True


def test_what_was_declared_to_be_in_error_counts_no_more(epcis: SmallEpcis) -> None:
    wrong = association("ADD", PART, hour=1, eventID="urn:uuid:1")
    declared = wrong | {"errorDeclaration": {"declarationTime": "2026-11-22T09:00:00Z", "reason": "did_not_occur"}}
    epcis.capture(document(association("ADD", OTHER, hour=1), wrong))
    assert below(epcis, UNIT) == {(PART, True), (OTHER, True)}
    epcis.capture(document(declared))
    with epcis.hub.store.reading() as connection:
        links = list(StoreLinks(connection).below([UNIT]))
    assert {link.child: link.erroneous for link in links} == {PART: True, OTHER: False}
    assert below(epcis, UNIT) == {(OTHER, True)}
    assert len(epcis.events()) == 3


def test_shipping_and_packing_join_what_agents_say(epcis: SmallEpcis) -> None:
    packed = some_event("AggregationEvent", parentID="urn:epc:id:sscc:4012345.3000000000", childEPCs=[UNIT])
    shipped = some_event(
        bizStep="shipping",
        epcList=[BOX],
        sourceList=[{"type": "owning_party", "source": "urn:zhuoyue:party:plant-a"}],
        destinationList=[{"type": "owning_party", "destination": PARTY}],
    )
    epcis.capture(document(packed, shipped))
    with epcis.hub.store.reading() as connection:
        (shipment,) = shipments_of(connection, [BOX])
        (packing,) = packings_of(connection, [UNIT])
    assert (shipment.step, shipment.source_party, shipment.party) == ("ship", "plant-a", PARTY)
    assert (packing.parent, packing.action) == (BOX, "ADD")
    assert len(epcis.events()) == 2  # the rows are not taken for records of ours


def test_a_rebuild_makes_the_same_rows(epcis: SmallEpcis) -> None:
    wrong = association("ADD", PART, hour=1)
    declared = wrong | {"errorDeclaration": {"declarationTime": "2026-11-22T09:00:00Z"}}
    long = some_event(epcList=[unit_uri(GTIN, f"S{number:06}") for number in range(1_000)], eventID="urn:uuid:long")
    job = epcis.capture(document(wrong, association("ADD", OTHER, hour=2), declared, long))
    assert job["success"], job
    before = projection_of(epcis.hub)
    assert rebuild(epcis.hub).replaced == ()
    assert projection_of(epcis.hub) == before
    assert len(before["epcis_event"]) == 4
