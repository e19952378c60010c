from decimal import Decimal

import pytest
from small_chain import HOUSING, MACHINE, Line, housing, machine, small_chain, steel

from hub.errors import NotFound
from hub.parts import Hub
from hub.trace.pages import lot_view, unit_view
from hub.trace.views import LimitState, LotView, UnitView
from traceability.errors import IdentifierRefused
from traceability.unit import Purpose, Verdict


def look(hub: Hub, gtin: str, serial: str) -> UnitView:
    with hub.store.reading() as connection:
        return unit_view(connection, gtin, serial)


def look_at_lot(hub: Hub, gtin: str, lot: str, **page: int) -> LotView:
    with hub.store.reading() as connection:
        return lot_view(connection, gtin, lot, **page)


def test_a_finished_machine_shows_its_tree_across_companies(hub: Hub) -> None:
    chain = small_chain(hub)
    chain.make_housing("H1")
    chain.build_machine("M1", "H1")
    chain.send()
    view = look(hub, MACHINE, "M1")
    assert (view.part.name, view.part.name_zh, view.plant.id, view.organisation.id) == (
        "Machine",
        "整机",
        "oem",
        "oem-company",
    )
    assert [result.operation.name for result in view.results] == ["Assembly", "End"]
    nodes = {node.item: node for node in view.graph.nodes}
    assert {item: node.depth for item, node in nodes.items()} == {machine("M1"): 0, housing("H1"): -1, steel("L1"): -2}
    assert nodes[housing("H1")].organisation.id == "supplier-company"
    assert nodes[housing("H1")].verdict is Verdict.OK
    assert nodes[housing("H1")].part.name_zh == "壳体"
    assert {(link.parent, link.child, link.certain) for link in view.graph.links} == {
        (machine("M1"), housing("H1"), True),
        (housing("H1"), steel("L1"), False),
    }
    assert nodes[housing("H1")].url == f"/01/{HOUSING}/21/H1"
    assert not view.disputed_results


def test_a_component_sees_where_it_went(hub: Hub) -> None:
    chain = small_chain(hub)
    chain.make_housing("H1")
    chain.build_machine("M1", "H1")
    chain.send()
    depths = {node.item: node.depth for node in look(hub, HOUSING, "H1").graph.nodes}
    assert depths == {machine("M1"): 1, housing("H1"): 0, steel("L1"): -1}


@pytest.mark.parametrize(
    ("thousandths", "state"),
    [
        (24_980, LimitState.WITHIN),
        (24_979, LimitState.BELOW),
        (25_020, LimitState.WITHIN),
        (25_021, LimitState.ABOVE),
        (None, LimitState.NO_VALUE),
    ],
)
def test_a_value_on_a_limit_is_within_it(hub: Hub, thousandths: int | None, state: LimitState) -> None:
    chain = small_chain(hub)
    result = chain.supplier.result("H1")
    chain.supplier.measure(result, "H1", thousandths)
    chain.supplier.send()
    (measured,) = look(hub, HOUSING, "H1").results[0].measurements
    assert measured.state is state
    assert measured.value == (None if thousandths is None else Decimal(thousandths) / 1000)
    assert (measured.lsl, measured.target, measured.usl) == (Decimal("24.980"), Decimal("25.000"), Decimal("25.020"))
    assert measured.key
    assert measured.name == "bore diameter"


def test_another_unit_of_measure_is_not_compared(hub: Hub) -> None:
    chain = small_chain(hub)
    result = chain.supplier.result("H1")
    chain.supplier.measure(result, "H1", 25_000, uom="[in_i]")
    chain.supplier.send()
    assert look(hub, HOUSING, "H1").results[0].measurements[0].state is LimitState.OTHER_UOM


def test_retests_stand_in_the_order_of_the_chain_even_if_the_clock_ran_back(hub: Hub) -> None:
    line = small_chain(hub).supplier
    first = line.result("H1", verdict=Verdict.NOT_OK)
    earlier = line.agent.stamp()["event_time"].replace(hour=1)
    line.result("H1", attempt=2, purpose=Purpose.RETEST, event_time=earlier)
    line.send()
    view = look(hub, HOUSING, "H1")
    assert view.results[0].result_id == first
    assert [result.attempt for result in view.results] == [1, 2]
    assert view.verdict is Verdict.OK


def test_pictures_show_the_code_that_was_read(hub: Hub) -> None:
    chain = small_chain(hub)
    result = chain.oem.result("M1")
    chain.oem.photograph(result, "M1", b"01" + MACHINE.encode() + b"21M1\x1d10L7\xff")
    chain.oem.send()
    (picture,) = look(hub, MACHINE, "M1").results[0].pictures
    assert picture.symbols[0].text == f"01{MACHINE}21M1<GS>10L7\\xff"
    assert picture.symbols[0].url == f"/01/{MACHINE}/21/M1"


def test_what_an_author_calls_an_item_is_no_link_unless_it_is_an_identity(hub: Hub) -> None:
    chain = small_chain(hub)
    result = chain.oem.result("M1")
    chain.oem.photograph(result, "M1", b"x", names="javascript:alert(1)")
    chain.oem.send()
    (picture,) = look(hub, MACHINE, "M1").results[0].pictures
    assert picture.symbols[0].url is None


def test_rival_contents_of_one_result_are_both_shown_and_disputed(hub: Hub) -> None:
    line = small_chain(hub).supplier
    result = line.result("H1", verdict=Verdict.NOT_OK)
    line.result("H2", id=result)
    line.send()
    for serial in ("H1", "H2"):
        view = look(hub, HOUSING, serial)
        assert view.disputed_results == (result,)
        assert all(shown.disputed for shown in view.results)


def test_the_same_content_twice_is_not_a_dispute(hub: Hub) -> None:
    line = small_chain(hub).supplier
    when = line.agent.stamp()["event_time"]
    result = line.result("H1", event_time=when)
    line.result("H1", id=result, event_time=when)
    line.send()
    view = look(hub, HOUSING, "H1")
    assert len(view.results) == 2
    assert view.disputed_results == ()


def test_a_housing_in_two_machines_is_disputed(hub: Hub) -> None:
    chain = small_chain(hub)
    chain.make_housing("H1")
    chain.build_machine("M1", "H1")
    chain.build_machine("M2", "H1")
    chain.send()
    disputed = {node.item for node in look(hub, MACHINE, "M1").graph.nodes if node.disputed}
    assert disputed == {housing("H1")}


def test_rework_that_takes_a_housing_out_removes_the_link(hub: Hub) -> None:
    chain = small_chain(hub)
    for serial in ("H1", "H2"):
        chain.make_housing(serial)
    chain.build_machine("M1", "H1")
    rework = chain.oem.result("M1", purpose=Purpose.REWORK, attempt=2)
    chain.oem.join(rework, "M1", housing("H1"), action="DELETE")
    chain.oem.join(rework, "M1", housing("H2"))
    chain.send()
    children = {link.child for link in look(hub, MACHINE, "M1").graph.links if link.parent == machine("M1")}
    assert children == {housing("H2")}


def test_a_component_nobody_sent_records_of_names_who_plans_to_make_it(hub: Hub) -> None:
    chain = small_chain(hub)
    chain.build_machine("M1", "H9")
    chain.send()
    node = next(node for node in look(hub, MACHINE, "M1").graph.nodes if node.item == housing("H9"))
    assert not node.has_records
    assert node.verdict is None
    assert node.plant.id == "supplier"


def test_an_unknown_unit_is_not_found_and_a_wrong_gtin_refused(hub: Hub) -> None:
    with pytest.raises(NotFound, match="M404"):
        look(hub, MACHINE, "M404")
    with pytest.raises(IdentifierRefused, match="check digit"):
        look(hub, MACHINE[:-1] + "0", "M1")


def test_results_without_plan_or_master_data_fall_back_to_ids(hub: Hub) -> None:
    line = Line(hub, small_chain(hub).supplier.agent, HOUSING)
    line.start()
    line.result("H1", "OP99")
    line.send()
    view = look(hub, HOUSING, "H1")
    assert view.results[0].operation.name == "OP99"
    assert view.part.name == HOUSING


def test_a_lot_lists_the_units_that_took_from_it_page_by_page(hub: Hub) -> None:
    chain = small_chain(hub)
    for number in range(5):
        chain.make_housing(f"H{number}", lot="L1" if number else "L2")
    chain.send()
    view = look_at_lot(hub, "09506000134376", "L1", limit=3)
    assert view.used_by == 4
    assert [use.label for use in view.uses] == ["H4", "H3", "H2"]
    assert (view.uses[0].quantity, view.uses[0].uom, view.uses[0].verdict) == ("1", "{piece}", Verdict.OK)
    assert [use.label for use in look_at_lot(hub, "09506000134376", "L1", offset=3).uses] == ["H1"]
    with pytest.raises(NotFound, match="L404"):
        look_at_lot(hub, "09506000134376", "L404")
