"""What had happened by then, and what did we know by then: two different questions."""

from datetime import timedelta

import msgspec
import pytest
from small_chain import HOUSING, MACHINE, Chain, Line, housing, machine, small_chain, steel
from small_hub import START, client_of

from hub.entry.trace_entries import enter_correction
from hub.entry.trace_forms import CorrectionForm
from hub.parts import Hub
from hub.scorecard.gather import gather
from hub.scorecard.submissions import histories
from hub.trace.graph import graph
from hub.trace.known import Known, moment_of
from hub.trace.pages import unit_view
from traceability.record.correction import CorrectionRecord, Target
from traceability.unit import Verdict


def later(hub: Hub, hours: int) -> Hub:
    """The same hub some hours later."""
    return msgspec.structs.replace(hub, clock=lambda: START + timedelta(hours=hours))


def moved(line: Line, hub: Hub) -> Line:
    line.hub = hub
    return line


def children(hub: Hub, **times: int) -> set[str]:
    at = {name: START + timedelta(hours=hours) for name, hours in times.items()}
    with hub.store.reading() as connection:
        told = graph(connection, machine("M1"), known=Known(connection, moment_of(connection, **at)))
    return {link.child for link in told.links if link.parent == machine("M1")}


@pytest.fixture
def reworked(hub: Hub) -> Hub:
    """H1 went in at hour 0; at hour 2 H2 took its place, which the hub was told at hour 5."""
    chain = small_chain(hub)
    chain.make_housing("H1")
    chain.make_housing("H2")
    chain.build_machine("M1", "H1")
    chain.send()
    oem = moved(chain.oem, later(hub, 5))
    oem.join("rework", "M1", housing("H1"), action="DELETE")
    oem.join("rework", "M1", housing("H2"))
    oem.waiting = [
        msgspec.structs.replace(record, event_time=START + timedelta(hours=2, minutes=number))
        for number, record in enumerate(oem.waiting)
    ]
    oem.send()
    return oem.hub


def test_a_replaced_component_by_both_times(reworked: Hub) -> None:
    assert children(reworked) == {housing("H2")}
    assert children(reworked, as_of=1) == {housing("H1")}
    assert children(reworked, as_of=3) == {housing("H2")}
    assert children(reworked, as_of=3, known_at=4) == {housing("H1")}
    assert children(reworked, known_at=4) == {housing("H1")}
    assert children(reworked, as_of=-1) == set()


async def test_the_routes_take_both_times(reworked: Hub) -> None:
    async with client_of(reworked) as client:
        for path in (f"trace/{MACHINE}/M1", f"units/{MACHINE}/M1"):
            told = (await client.get(f"/api/v1/{path}?known_at=2026-03-01T10:00:00Z")).json()
            (held,) = [link for link in told.get("graph", told)["links"] if link["parent"] == machine("M1")]
            assert held["child"] == housing("H1")
        told = (await client.get(f"/api/v1/trace/{MACHINE}/M1?as_of=2026-03-01T09:00:00Z")).json()
        (held,) = [link for link in told["links"] if link["parent"] == machine("M1")]
        assert held["valid_to"] == "2026-03-01T10:00:00Z"
        lot = (await client.get(f"/api/v1/lots/{HOUSING}/none?as_of=2026-03-01T09:00:00")).status_code
    assert lot == 422  # a time without a zone


async def test_a_trace_back_brings_each_parts_results(reworked: Hub) -> None:
    async with client_of(reworked) as client:
        told = (await client.get(f"/api/v1/trace/{MACHINE}/M1?results=true&known_at=2026-03-01T10:00:00Z")).json()
    passes = {item: [result["operation"]["id"] for result in results] for item, results in told["results"].items()}
    assert passes == {machine("M1"): ["OP10", "OP20"], housing("H1"): ["OP10", "OP20"]}
    (bore,) = told["results"][housing("H1")][0]["measurements"]
    assert bore["value"] == "25.000"


def corrected(hub: Hub, chain: Chain, result: str, by: str) -> None:
    target = Target(author="supplier.line-1", record=result)
    if by == "hub":
        form = CorrectionForm(target={"author": target.author, "record": result}, reason="wrong", entered_by="q7")
        enter_correction(hub, form)
        return
    line = moved(chain.supplier if by == "supplier" else chain.oem, hub)
    line.put(CorrectionRecord, id="correction", target=target, reason="wrong gauge", corrective=("other",))
    line.send()


@pytest.mark.parametrize(("by", "binds"), [("supplier", True), ("hub", True), ("oem", False)])
def test_a_record_declared_wrong_counts_no_more_if_its_author_its_plant_or_the_hub_says_so(
    hub: Hub, by: str, binds: bool
) -> None:
    chain = small_chain(hub)
    result = chain.supplier.result("H1", verdict=Verdict.NOT_OK)
    chain.supplier.join(result, "H1", steel("L1"))
    chain.supplier.result("H1")
    chain.send()
    corrected(later(hub, 2), chain, result, by)
    with hub.store.reading() as connection:
        now = unit_view(connection, HOUSING, "H1")
        moment = moment_of(connection, known_at=START + timedelta(hours=1))
        before = unit_view(connection, HOUSING, "H1", known=Known(connection, moment))
        (history,) = histories(gather(connection, ["supplier"]).plants["supplier"].results)
    assert [row.erroneous for row in now.results] == [binds, False]
    (said,) = now.results[0].corrections
    assert (said.binds, bool(said.on_behalf_of)) == (binds, by == "hub")
    assert [row.erroneous for row in before.results] == [False, False]
    assert history.first is not None
    assert history.first.verdict is (Verdict.OK if binds else Verdict.NOT_OK)
    assert bool(now.graph.links) is not binds  # the link was told by the same record id
    assert before.graph.links


def test_a_withdrawn_correction_binds_no_more(hub: Hub) -> None:
    chain = small_chain(hub)
    result = chain.supplier.result("H1", verdict=Verdict.NOT_OK)
    chain.send()
    corrected(hub, chain, result, "supplier")
    target = Target(author="supplier.line-1", record="correction")
    chain.supplier.put(CorrectionRecord, id="withdrawal", target=target, reason="it was right")
    chain.supplier.send()
    with hub.store.reading() as connection:
        (row,) = unit_view(connection, HOUSING, "H1").results
    assert (row.erroneous, [said.binds for said in row.corrections]) == (False, [False])
