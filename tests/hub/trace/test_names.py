"""One part with several names is one node, whenever that is said; contradictions are shown and merge nothing."""

import itertools

import pytest
from small_chain import HOUSING, MACHINE, Chain, housing, line_of, machine, small_chain, steel
from small_hub import admin_of, client_of, small_hub

from hub.entry.trace_entries import enter_alias, enter_reidentification
from hub.parts import Hub
from hub.search.find import search
from hub.trace.graph import graph
from hub.trace.pages import unit_view
from traceability.record.identity import AliasRecord
from traceability.record.production import AssociationRecord, Component

PRIVATE = "urn:zhuoyue:id:supplier:unit::S-77"
INDUSTRIAL = "88.111.ACME/S-77"


def build(chain: Chain) -> None:
    """The OEM knows the housing by the supplier's private number only."""
    chain.make_housing("H1")
    result = chain.oem.result("M1")
    components = (Component(item=PRIVATE, position="p"),)
    chain.oem.put(
        AssociationRecord, id=result, parent=machine("M1"), operation="OP10", components=components, action="ADD"
    )
    chain.send()


def items_of(hub: Hub, name: str) -> dict[str, int]:
    with hub.store.reading() as connection:
        return {node.item: node.depth for node in graph(connection, name).nodes}


def test_names_join_what_was_told_before_and_after(hub: Hub) -> None:
    chain = small_chain(hub)
    build(chain)
    assert items_of(hub, machine("M1")) == {machine("M1"): 0, PRIVATE: -1}
    enter_alias(hub, PRIVATE, housing("H1"))
    whole = {machine("M1"): 0, housing("H1"): -1, steel("L1"): -2}
    assert items_of(hub, machine("M1")) == whole
    assert items_of(hub, PRIVATE) == items_of(hub, housing("H1")) == {k: v + 1 for k, v in whole.items()}
    with hub.store.reading() as connection:
        node = next(each for each in graph(connection, machine("M1")).nodes if each.item == housing("H1"))
    assert (node.names, node.has_records, node.verdict) == ((PRIVATE,), True, "OK")


def test_the_order_of_arrival_of_names_and_links_does_not_matter(tmp_path) -> None:
    pictures = set()
    for number, order in enumerate(itertools.permutations(("build", "alias", "foreign"))):
        hub = small_hub(tmp_path / str(number))
        chain = small_chain(hub)
        steps = {
            "build": lambda chain=chain: build(chain),
            "alias": lambda hub=hub: enter_alias(hub, PRIVATE, housing("H1")),
            "foreign": lambda hub=hub: enter_alias(hub, INDUSTRIAL, PRIVATE),
        }
        for step in order:
            steps[step]()
        with hub.store.reading() as connection:
            nodes = graph(connection, machine("M1")).nodes
            (hit,) = search(connection, INDUSTRIAL).hits
        pictures.add((tuple((node.item, node.depth, node.names) for node in nodes), hit.id))
        hub.store.close()
    ((nodes, hit),) = pictures
    assert (housing("H1"), -1, (f"hdl:{INDUSTRIAL}", PRIVATE)) in nodes
    assert hit == housing("H1")


def test_one_private_number_claimed_for_two_units_is_a_dispute(hub: Hub) -> None:
    chain = small_chain(hub)
    build(chain)
    chain.make_housing("H2")
    for serial in ("H1", "H2"):
        chain.supplier.put(AliasRecord, id=f"alias-{serial}", one=housing(serial), other=PRIVATE)
    chain.supplier.send()
    with hub.store.reading() as connection:
        told = graph(connection, machine("M1"))
    assert {node.item for node in told.nodes} == {machine("M1"), PRIVATE}
    (dispute,) = told.disputes
    assert (dispute.kind, set(dispute.items)) == ("alias", {PRIVATE, housing("H1"), housing("H2")})
    assert {(said.record, said.author, said.plant.id) for said in dispute.statements} == {
        ("alias-H1", "supplier.line-1", "supplier"),
        ("alias-H2", "supplier.line-1", "supplier"),
    }


def test_two_suppliers_with_one_serial_never_meet(hub: Hub) -> None:
    for name, gtin in (("a", HOUSING), ("b", MACHINE)):
        line = line_of(hub, f"{name}.line", name, gtin, None)
        line.result("000123")
        line.send()
    with hub.store.reading() as connection:
        views = [unit_view(connection, gtin, "000123") for gtin in (HOUSING, MACHINE)]
    assert [len(view.results) for view in views] == [1, 1]
    assert [view.results[0].author for view in views] == ["a.line", "b.line"]


def test_a_relabelled_unit_keeps_its_past(hub: Hub) -> None:
    chain = small_chain(hub)
    chain.make_housing("OLD")
    chain.build_machine("M1", "NEW")
    chain.send()
    enter_reidentification(hub, housing("OLD"), housing("NEW"), "label lost")
    assert items_of(hub, machine("M1")) == {machine("M1"): 0, housing("NEW"): -1, steel("L1"): -2}
    with hub.store.reading() as connection:
        old, new = (unit_view(connection, HOUSING, serial) for serial in ("OLD", "NEW"))
    assert (old.item, old.results) == (new.item, new.results)
    assert (old.serial, len(old.results), old.graph.asked) == ("NEW", 2, housing("OLD"))


@pytest.mark.parametrize(
    ("path", "form", "status"),
    [
        ("aliases", {"one": PRIVATE, "other": housing("H1")}, 201),
        ("aliases", {"one": "bolt 7", "other": housing("H1")}, 422),
        ("aliases", {"one": PRIVATE, "other": PRIVATE}, 422),
        ("reidentifications", {"before": housing("H1"), "after": steel("L1")}, 422),
        ("organisations/nobody/prefixes", {"prefix": "9506000"}, 422),
        ("organisations/supplier-company/prefixes", {"prefix": "9506000"}, 201),
    ],
)
async def test_names_are_entered_by_the_administrator(hub: Hub, path: str, form: dict, status: int) -> None:
    small_chain(hub)
    async with client_of(hub) as client:
        assert (await client.post(f"/api/v1/{path}", json=form)).status_code == 401
        answer = await client.post(f"/api/v1/{path}", json=form, headers=admin_of(hub))
    assert answer.status_code == status, answer.text


async def test_a_missing_unit_is_shown_with_who_should_have_told(hub: Hub) -> None:
    chain = small_chain(hub)
    chain.build_machine("M1", "H404")
    chain.send()
    async with client_of(hub) as client:
        await client.post(
            "/api/v1/organisations/oem-company/prefixes", json={"prefix": "9506000"}, headers=admin_of(hub)
        )
        told = (await client.get(f"/api/v1/trace/{MACHINE}/M1")).json()
    (missing,) = told["missing"]
    assert (missing["item"], missing["named_by"][0]["author"]) == (housing("H404"), "oem.line-1")
    assert [(who["organisation"]["id"], who["because"]) for who in missing["expected"]] == [
        ("supplier-company", "control-plan"),
        ("oem-company", "company-prefix"),
    ]
    assert [node["missing"] for node in told["nodes"]] == [True, False]
