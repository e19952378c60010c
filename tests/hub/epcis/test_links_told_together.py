"""Links that only several events tell together: transformations with a name, and wholes parted from all they held."""

from itertools import permutations
from typing import Any

import pytest
from small_epcis import SmallEpcis
from small_events import document, some_event
from small_hub import GTIN, projection_of

from hub.projection.rebuild import rebuild
from hub.store.core.database import Reading
from hub.store.trace.shipments import packings_of
from hub.trace.known import Known, Moment
from traceability.event.timestamp import instant
from traceability.genealogy import Direction, intervals, trace
from traceability.identifier.item import lot_uri, unit_uri

UNIT, PART, OTHER = unit_uri(GTIN, "U1"), unit_uri(GTIN, "P1"), unit_uri(GTIN, "P2")
LOTS = [lot_uri(GTIN, f"L{number}") for number in range(3)]
BOX = "https://id.gs1.org/00/340123450000000000"
RUN = "urn:epc:id:gdti:4012345.22222.RUN7"


def at(hour: int) -> str:
    return f"2026-11-22T{hour:02}:00:00Z"


def part_of_run(hour: int, **fields: Any) -> dict[str, Any]:
    plain = {"inputQuantityList": None, "outputQuantityList": None, "inputEPCList": None, "outputEPCList": None}
    return some_event("TransformationEvent", transformationID=RUN, eventTime=at(hour), **(plain | fields))


def amount(lot: str, quantity: float) -> dict[str, Any]:
    return {"epcClass": lot, "quantity": quantity, "uom": "KGM"}


RUNNING = (
    part_of_run(1, inputQuantityList=[amount(LOTS[0], 2), amount(LOTS[1], 1)]),
    part_of_run(2, inputQuantityList=[amount(LOTS[0], 0.5)]),
    part_of_run(3, outputQuantityList=[amount(LOTS[2], 3)]),
)


def below(connection: Reading, item: str, hour: int | None = None) -> dict[str, tuple[bool, str | None]]:
    as_of = None if hour is None else instant(at(hour))
    found = trace(item, Known(connection, Moment(as_of=as_of)), as_of=as_of)
    return {link.child: (link.certain, link.quantity) for link in found.links}


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_events_with_one_transformation_id_are_one_transformation(epcis: SmallEpcis, order: tuple[int, ...]) -> None:
    for number in order:
        job = epcis.capture(document(RUNNING[number]))
        assert job["success"], job
    with epcis.hub.store.reading() as connection:
        assert below(connection, LOTS[2]) == {LOTS[0]: (False, "2.5"), LOTS[1]: (False, "1")}
        assert below(connection, LOTS[2], hour=2) == {}, "nothing had come out yet"
        up = trace(LOTS[1], Known(connection), direction=Direction.FORWARD)
        assert [link.parent for link in up.links] == [LOTS[2]]


def test_one_single_thing_that_becomes_another_is_certain_until_there_is_a_second_one(epcis: SmallEpcis) -> None:
    epcis.capture(document(part_of_run(1, inputEPCList=[PART]), part_of_run(2, outputEPCList=[UNIT])))
    with epcis.hub.store.reading() as connection:
        assert below(connection, UNIT) == {PART: (True, None)}
    epcis.capture(document(part_of_run(3, outputEPCList=[OTHER])))
    with epcis.hub.store.reading() as connection:
        assert below(connection, UNIT) == below(connection, OTHER) == {PART: (False, None)}


def test_a_part_of_a_transformation_that_was_in_error_counts_no_more(epcis: SmallEpcis) -> None:
    epcis.capture(document(*RUNNING))
    wrong = {"declarationTime": at(9), "reason": "did_not_occur"}
    epcis.capture(document(RUNNING[0] | {"errorDeclaration": wrong}))
    with epcis.hub.store.reading() as connection:
        assert below(connection, LOTS[2]) == {LOTS[0]: (False, "0.5")}
    before = projection_of(epcis.hub)
    assert rebuild(epcis.hub).replaced == ()
    assert projection_of(epcis.hub) == before


def joined(kind: str, action: str, hour: int, parent: str, *children: str) -> dict[str, Any]:
    below = {"childEPCs": list(children)} if children else {"childEPCs": None}
    return some_event(kind, action=action, parentID=parent, eventTime=at(hour), **below)


STORY = (
    joined("AssociationEvent", "ADD", 1, UNIT, PART),
    joined("AssociationEvent", "ADD", 2, UNIT, OTHER),
    joined("AssociationEvent", "DELETE", 3, UNIT),
    joined("AssociationEvent", "ADD", 4, UNIT, OTHER),
)


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (2, 3, 1, 0), (3, 2, 0, 1), (1, 2, 0, 3)])
def test_delete_without_children_parts_the_whole_from_all_it_held_then(
    epcis: SmallEpcis, order: tuple[int, ...]
) -> None:
    for number in order:
        job = epcis.capture(document(STORY[number]))
        assert job["success"], job
    with epcis.hub.store.reading() as connection:
        assert set(below(connection, UNIT, hour=2)) == {PART, OTHER}
        assert set(below(connection, UNIT, hour=3)) == set()
        assert set(below(connection, UNIT)) == {OTHER}
        above = trace(PART, Known(connection), direction=Direction.FORWARD)
        assert above.links == ()
        held = {(link.child, link.valid_to is None) for link in intervals(Known(connection).below([UNIT]))}
        assert held == {(PART, False), (OTHER, False), (OTHER, True)}


def test_a_box_that_was_emptied_holds_nothing(epcis: SmallEpcis) -> None:
    epcis.capture(document(joined("AggregationEvent", "DELETE", 3, BOX)))
    epcis.capture(document(joined("AggregationEvent", "ADD", 1, BOX, UNIT, PART)))
    epcis.capture(document(joined("AggregationEvent", "ADD", 5, BOX, PART)))
    with epcis.hub.store.reading() as connection:
        held = {(link.child, link.valid_to) for link in intervals(packings_of(connection, [UNIT, PART]))}
    ended = instant(at(3))
    assert held == {(UNIT, ended), (PART, ended), (PART, None)}


def test_what_was_emptied_by_error_still_holds(epcis: SmallEpcis) -> None:
    wrong = {"declarationTime": at(9), "reason": "did_not_occur"}
    epcis.capture(document(*STORY[:3], STORY[2] | {"errorDeclaration": wrong}))
    with epcis.hub.store.reading() as connection:
        assert set(below(connection, UNIT)) == {PART, OTHER}
