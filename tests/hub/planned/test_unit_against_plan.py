"""A unit beside its bill of material, the recipes and the tools of its day."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from small_chain import HOUSING, MACHINE, STEEL, Chain, Line, housing, machine, small_chain, steel
from small_master import csv_file

from hub.master.importing import import_file
from hub.parts import Hub
from hub.planned.finding import AgainstPlan, FindingKind
from hub.trace.pages import unit_view
from traceability.identifier.item import part_uri
from traceability.record.production import AssociationRecord, Component, Recipe

BEGUN = date(2026, 1, 1)
TODAY = date(2026, 3, 1)


def planned(hub: Hub, *lines: tuple[str, Any], part: str = MACHINE, **changes: Any) -> None:
    """A bill of material: components with how much."""
    rows = [
        {"part": part, "component": component, "quantity": Decimal(quantity), "valid_from": BEGUN} | changes
        for component, quantity in lines
    ]
    import_file(hub, csv_file("bom", rows), by="qe-7", kind="bom")


def parts(hub: Hub) -> None:
    rows = [
        {"part": part, "name": name, "valid_from": BEGUN}
        for part, name in ((MACHINE, "Machine"), (HOUSING, "Housing"), (STEEL, "Steel"))
    ]
    import_file(hub, csv_file("part", rows), by="qe-7", kind="part")


@pytest.fixture
def chain(hub: Hub) -> Chain:
    chain = small_chain(hub)
    parts(hub)
    return chain


def told(hub: Hub, serial: str = "M1", gtin: str = MACHINE) -> AgainstPlan:
    with hub.store.reading() as connection:
        found = unit_view(connection, gtin, serial).against_plan
    assert found is not None
    return found


def short(found: AgainstPlan) -> list[tuple[str, str, bool]]:
    return [(one.kind.value, one.subject.rsplit("/", 1)[-1], one.certain) for one in found.findings]


@pytest.mark.every_store
def test_what_was_built_as_planned_has_no_findings(hub: Hub, chain: Chain) -> None:
    planned(hub, (HOUSING, 1))
    chain.build_machine("M1", "H1")
    chain.send()
    found = told(hub)
    assert (found.day, found.bill_since, found.finished, found.findings) == (TODAY, BEGUN, True, ())


def test_without_a_bill_nothing_is_judged(hub: Hub, chain: Chain) -> None:
    planned(hub, (STEEL, 1), valid_to=date(2026, 2, 28))
    chain.build_machine("M1", "H1")
    chain.send()
    assert (told(hub).bill_since, told(hub).findings) == (None, ())


def test_what_is_not_planned_and_what_is_missing(hub: Hub, chain: Chain) -> None:
    planned(hub, (STEEL, 2))
    chain.build_machine("M1", "H1")
    chain.send()
    surplus, missing = told(hub).findings
    assert surplus.kind is FindingKind.NOT_PLANNED
    assert (surplus.subject, surplus.items, surplus.certain, surplus.since) == (
        part_uri(HOUSING), (housing("H1"),), True, BEGUN,
    )  # fmt: skip
    assert surplus.part is not None
    assert (surplus.part.name, surplus.at is not None, surplus.day) == ("Housing", True, TODAY)
    assert (missing.kind, missing.certain, missing.planned, missing.built) == (
        FindingKind.MISSING, True, Decimal(2), Decimal(0),
    )  # fmt: skip


def test_missing_is_only_possible_until_the_unit_is_finished(hub: Hub, chain: Chain) -> None:
    planned(hub, (HOUSING, 1), (STEEL, 1))
    chain.oem.join(chain.oem.result("M1"), "M1", housing("H1"))
    chain.send()
    (missing,) = told(hub).findings
    assert (missing.certain, missing.why_zh) == (False, "根据记录尚未完工")
    chain.oem.result("M1", "OP20")
    chain.oem.send()
    assert short(told(hub)) == [("component-missing", STEEL, True)]


def test_nobody_recorded_what_went_in(hub: Hub, chain: Chain) -> None:
    planned(hub, (HOUSING, 1))
    chain.oem.result("M1")
    chain.oem.result("M1", "OP20")
    chain.send()
    (missing,) = told(hub).findings
    assert (missing.certain, missing.why) == (False, "nobody recorded what went into it")


def test_a_lot_is_only_possible(hub: Hub, chain: Chain) -> None:
    planned(hub, (MACHINE, 1), part=HOUSING)
    chain.make_housing("H1")
    chain.send()
    assert short(told(hub, "H1", HOUSING)) == [
        ("component-not-planned", STEEL, False), ("component-missing", MACHINE, True),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("serials", "wanted", "expected"),
    [
        (("H1", "H2"), 2, None),
        (("H1", "H2"), 1, (Decimal(1), Decimal(2))),
        (("H1",), 2, (Decimal(2), Decimal(1))),
    ],
)
def test_units_are_counted(
    hub: Hub, chain: Chain, serials: tuple[str, ...], wanted: int, expected: tuple[Decimal, Decimal] | None
) -> None:
    planned(hub, (HOUSING, wanted))
    result = chain.oem.result("M1")
    chain.oem.put(
        AssociationRecord,
        id=result,
        parent=machine("M1"),
        operation="OP10",
        components=tuple(Component(item=housing(name), position=name) for name in serials),
    )
    chain.oem.result("M1", "OP20")
    chain.send()
    found = told(hub).findings
    assert [(one.planned, one.built) for one in found] == ([] if expected is None else [expected])
    assert all(one.kind is FindingKind.QUANTITY and one.certain for one in found)


@pytest.mark.parametrize(
    ("quantity", "uom", "expected"),
    [("0.5", "kg", None), ("500", "g", None), ("400", "g", Decimal("0.4")), (None, None, None), ("1", "m", None)],
)
def test_quantities_of_lots_are_compared_in_the_unit_of_the_bill(
    hub: Hub, chain: Chain, quantity: str | None, uom: str | None, expected: Decimal | None
) -> None:
    planned(hub, (STEEL, "0.5"), part=HOUSING, uom="kg")
    consumed(chain.supplier, "H1", Component(item=steel("L1"), quantity=quantity, uom=uom))
    chain.send()
    found = told(hub, "H1", HOUSING).findings
    assert [(one.built, one.certain) for one in found] == ([] if expected is None else [(expected, False)])


def consumed(line: Line, serial: str, component: Component) -> None:
    result = line.result(serial)
    line.put(AssociationRecord, id=result, parent=housing(serial), operation="OP10", components=(component,))
    line.result(serial, "OP20")


def test_the_bill_of_the_day_counts(hub: Hub, chain: Chain) -> None:
    """A later version and one that ended before say nothing about it, and what is taken out is not built in."""
    planned(hub, (STEEL, 1), valid_to=date(2026, 2, 28))
    planned(hub, (HOUSING, 1), valid_from=TODAY)
    planned(hub, (STEEL, 1), valid_from=date(2026, 3, 2))
    result = chain.oem.result("M1")
    chain.oem.join(result, "M1", housing("H1"), steel("L1"))
    chain.oem.join(result, "M1", steel("L1"), action="DELETE")
    chain.oem.result("M1", "OP20")
    chain.send()
    assert (told(hub).bill_since, told(hub).findings) == (TODAY, ())


def equipped(hub: Hub) -> None:
    recipes: list[dict[str, Any]] = [
        {"id": "R1"},
        {"id": "R2", "valid_to": date(2026, 2, 1)},
        {"id": "R3", "operation": "OP20"},
        {"id": "R4", "part": HOUSING, "operation": "OP10"},
    ]
    shared = {"plant": "oem", "parameter": "torque", "value": "4.5", "valid_from": BEGUN}
    import_file(hub, csv_file("recipe", [shared | one for one in recipes]), by="qe-7", kind="recipe")
    tools = [{"id": "T1"}, {"id": "T2", "valid_to": date(2026, 2, 1)}]
    shared = {"plant": "oem", "name": "Driver", "valid_from": BEGUN}
    import_file(hub, csv_file("tool", [shared | one for one in tools]), by="qe-7", kind="tool")


@pytest.mark.every_store
def test_recipes_and_tools_that_master_data_do_not_know(hub: Hub, chain: Chain) -> None:
    equipped(hub)
    for recipe in ("R1", "R2", "R3", "R4", "R9"):
        chain.oem.result("M1", recipe=Recipe(id=recipe), tools=("T1", "T2", "T9") if recipe == "R9" else ("T1",))
    chain.send()
    assert short(told(hub)) == [
        ("recipe-not-in-force", "R2", True),
        ("recipe-of-another-part", "R3", True),
        ("recipe-of-another-part", "R4", True),
        ("recipe-unknown", "R9", True),
        ("tool-not-in-force", "T2", True),
        ("tool-unknown", "T9", True),
    ]
    ended = next(one for one in told(hub).findings if one.subject == "R2")
    assert (ended.since, ended.until, ended.day) == (BEGUN, date(2026, 2, 1), TODAY)


def test_a_plant_that_lists_no_recipes_and_no_tools_is_told_nothing(hub: Hub, chain: Chain) -> None:
    equipped(hub)
    chain.supplier.result("H1", recipe=Recipe(id="R9"), tools=("T9",))
    chain.send()
    assert told(hub, "H1", HOUSING).findings == ()
