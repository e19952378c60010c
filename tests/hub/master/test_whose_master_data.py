"""Bills of material and defect codes are a company's: its people judge their own by them, nobody else reads them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from small_chain import HOUSING, MACHINE, STEEL, Chain, housing_plan, small_chain
from small_hub import START, small_agent
from small_master import csv_file
from small_people import people_of

from hub.accounts.permission import Role
from hub.cost.enter import enter_cost
from hub.cost.forms import CostForm
from hub.entry.master import add_organisation, add_plant
from hub.errors import EntryRefused
from hub.master.asked import things
from hub.master.exporting import tables
from hub.master.importing import dry_run, import_file
from hub.master.undoing import undo
from hub.parts import Hub
from hub.planned.covered import Aspect, Extent
from hub.planned.finding import AgainstPlan
from hub.sharing.audit import Question
from hub.sharing.forms import PolicyForm
from hub.sharing.seen import seen_by
from hub.sharing.state import state_policy
from hub.store.core.database import Reading
from hub.store.master.defect_codes import defect_codes
from hub.suppliers.asked import Asked
from hub.suppliers.pareto import pareto
from hub.tabular.writing import csv_bytes
from hub.trace.pages import unit_view
from traceability.identifier.item import part_uri
from traceability.quality.cost.category import Activity
from traceability.record.sharing import DataKind
from traceability.unit import Verdict

OEM, SUPPLIER = "oem-company", "supplier-company"
BEGUN, TODAY = date(2026, 1, 1), START.date()
Rows = list[dict[str, Any]]


def entered(hub: Hub, kind: str, *rows: dict[str, Any]) -> str:
    report = import_file(hub, csv_file(kind, [{"valid_from": BEGUN} | row for row in rows]), by="qe-7", kind=kind)
    return report.change


def bill(component: str, quantity: int = 1, part: str = MACHINE, **more: Any) -> dict[str, Any]:
    return {"part": part, "component": component, "quantity": Decimal(quantity)} | more


@contextmanager
def eyes(hub: Hub, organisation: str = "", *plants: str) -> Iterator[Reading]:
    """What the operator, an organisation or somebody of some of its plants reads."""
    question = Question(asker=organisation, token="t", asked="q")
    seen = seen_by(hub, question, None, frozenset(plants)) if organisation else hub
    with seen.store.reading() as connection:
        yield connection


def judged(hub: Hub, *who: str) -> AgainstPlan:
    with eyes(hub, *who) as connection:
        found = unit_view(connection, MACHINE, "M1").against_plan
    assert found is not None
    return found


def differing(found: AgainstPlan) -> list[tuple[str, str]]:
    return [(one.kind.value, one.subject) for one in found.findings]


def read(hub: Hub, kind: str, *who: str) -> list[str]:
    with eyes(hub, *who) as connection:
        held = things(connection, kind, TODAY, plant="", before=None, offset=0, limit=100).things
    return [one.about.removeprefix("https://id.gs1.org/01/") for one in held]


def name_of(hub: Hub, code: str, *who: str, company: str) -> str:
    with eyes(hub, *who) as connection:
        told = defect_codes(connection, company).on(code, TODAY)
    assert told is not None
    return told.name


@pytest.fixture
def chain(hub: Hub) -> Chain:
    """The OEM shares with nobody, the supplier everything with the OEM; the machine holds steel that is not planned."""
    made = small_chain(hub)
    made.build_machine("M1", "H1")
    made.send()
    add_plant(hub, "oem.second", organisation=OEM, name="Second")
    for owner, partner in ((OEM, SUPPLIER), (SUPPLIER, OEM)):
        state_policy(hub, PolicyForm(owner=owner, by="q", partner=partner, kinds=list(DataKind)))
    return made


@pytest.mark.every_store(spread=True)
def test_who_reads_a_bill_and_is_told_what_differs_from_it(hub: Hub, chain: Chain) -> None:
    entered(hub, "bom", bill(STEEL, organisation=OEM))
    told = judged(hub)
    assert len(told.findings) == 2
    assert judged(hub, OEM) == judged(hub, OEM, "oem") == told
    for who in ((OEM, "oem.second"), (SUPPLIER,), (SUPPLIER, "supplier")):
        assert read(hub, "bom", *who) == [], who
    partner = judged(hub, SUPPLIER)
    assert (partner.findings, partner.bill_since) == ((), None)
    assert next((one.aspect, one.extent) for one in partner.covered) == (Aspect.COMPONENTS, Extent.NOT_PLANNED)
    assert read(hub, "bom", OEM) == [f"{MACHINE} @ {OEM}"]


def test_a_bill_that_names_no_company_is_read_by_the_maker_that_master_data_state(hub: Hub, chain: Chain) -> None:
    entered(hub, "bom", bill(STEEL))
    assert (read(hub, "bom", OEM), len(judged(hub).findings)) == ([], 2), "two companies: it is the operator's"
    entered(hub, "part", {"part": MACHINE, "name": "Machine", "maker": OEM}, {"part": STEEL, "name": "Steel"})
    assert differing(judged(hub, OEM)) == differing(judged(hub))
    assert read(hub, "part", OEM) == [MACHINE]
    assert read(hub, "bom", OEM, "oem.second") == read(hub, "bom", SUPPLIER) == read(hub, "part", SUPPLIER) == []
    entered(hub, "part", {"part": MACHINE, "name": "Machine", "maker": SUPPLIER, "valid_from": TODAY})
    assert read(hub, "bom", OEM) == read(hub, "bom", SUPPLIER) == [], "who made it when is not told by a bill"


def test_who_says_that_it_makes_a_part_reads_no_bill_of_it(hub: Hub, chain: Chain) -> None:
    entered(hub, "bom", bill(STEEL), bill(HOUSING, organisation=OEM))
    line = chain.supplier
    line.part = MACHINE
    line.plan_in_force(housing_plan(part=part_uri(MACHINE)))
    line.result("M1")
    line.join(line.result("M9"), "M9", part_uri(MACHINE) + "/21/M1")
    line.send()
    assert read(hub, "bom", SUPPLIER) == read(hub, "bom", SUPPLIER, "supplier") == []


def test_its_own_bill_goes_before_one_of_nobody(hub: Hub, chain: Chain) -> None:
    entered(hub, "bom", bill(STEEL))
    own = entered(hub, "bom", bill(HOUSING, organisation=OEM))
    assert judged(hub).findings == judged(hub, OEM).findings == ()
    assert judged(hub).bill_since == BEGUN
    undo(hub, own, by="qe-7")
    assert (len(judged(hub).findings), judged(hub, OEM).bill_since) == (2, None)


@pytest.mark.every_store(spread=True)
def test_two_companies_call_two_things_by_one_code(hub: Hub, chain: Chain) -> None:
    entered(
        hub,
        "defect-code",
        {"id": "D1", "name": "Scratch", "organisation": OEM},
        {"id": "D1", "name": "Porosity", "organisation": SUPPLIER},
        {"id": "D2", "name": "Dent"},
    )
    chain.supplier.result("H1", verdict=Verdict.NOT_OK, defect="D1")
    chain.oem.result("M1", verdict=Verdict.NOT_OK, defect="D1")
    chain.send()

    def told(*who: str) -> list[str]:
        with eyes(hub, *who) as connection:
            return [
                one.defect_named.name
                for gtin, serial in ((MACHINE, "M1"), (HOUSING, "H1"))
                for one in unit_view(connection, gtin, serial).results
                if one.defect_named is not None
            ]

    assert told() == ["Scratch", "Porosity"]
    assert told(OEM) == told(OEM, "oem", "oem.second") == ["Scratch", ""]
    assert told(SUPPLIER) == ["", "Porosity"]
    assert (name_of(hub, "D2", company=OEM), name_of(hub, "D2", company="third")) == ("", "Dent")
    assert read(hub, "defect-code", OEM) == [f"D1 @ {OEM}"]


def test_on_a_hub_of_one_company_what_names_none_is_its_own(hub: Hub) -> None:
    small_agent(hub, "a.line-1", "plant-a")
    entered(hub, "defect-code", {"id": "D1", "name": "Scratch"})
    entered(hub, "bom", bill(STEEL))
    company = "plant-a-company"
    assert (read(hub, "defect-code", company), read(hub, "bom", company)) == (["D1"], [MACHINE])
    assert (read(hub, "defect-code", company, "plant-a"), read(hub, "bom", company, "plant-a")) == (["D1"], [])
    add_organisation(hub, "another", "Another")
    assert read(hub, "defect-code", company) == read(hub, "bom", company) == []


def test_it_is_exported_as_it_was_entered(hub: Hub, chain: Chain) -> None:
    entered(hub, "bom", bill(STEEL, organisation=OEM), bill(HOUSING))
    entered(hub, "defect-code", {"id": "D 1", "name": "Scratch", "organisation": OEM}, {"id": "D 1", "name": "Dent"})
    for kind in ("bom", "defect-code"):
        with hub.store.reading() as connection:
            ((sheet, rows),) = tables(connection, kind, TODAY)
        told = list(rows)
        assert sorted(str(row.get("organisation", "")) for row in told) == ["", OEM]
        report = dry_run(hub, csv_bytes(sheet, told, "en"), kind)
        assert (report.problems, report.counts) == ((), {kind: {"unchanged": 2}})


def test_a_company_that_is_none_and_a_circle_of_one_are_told(hub: Hub, chain: Chain) -> None:
    with pytest.raises(EntryRefused, match="there is no organisation 'nobody'"):
        entered(hub, "defect-code", {"id": "D1", "name": "Scratch", "organisation": "nobody"})
    entered(hub, "bom", bill(STEEL), bill(MACHINE, part=HOUSING, organisation=SUPPLIER))
    entered(hub, "bom", bill(HOUSING, part=MACHINE, organisation=OEM))  # the other one's bill is not its own
    with pytest.raises(EntryRefused, match="component of itself"):
        entered(hub, "bom", bill(MACHINE, part=STEEL, organisation=SUPPLIER))
    with pytest.raises(EntryRefused, match="component of itself"):
        entered(hub, "bom", bill(STEEL, part=STEEL, organisation=SUPPLIER))


def test_names_stand_in_the_pareto_of_who_sees_them(hub: Hub, chain: Chain) -> None:
    entered(hub, "defect-code", {"id": "D1", "name": "Scratch", "organisation": SUPPLIER})
    chain.supplier.result("H7", verdict=Verdict.NOT_OK, defect="D1")
    chain.supplier.send()
    for who, name in (((), "Scratch"), ((SUPPLIER, "supplier"), "Scratch"), ((OEM,), "")):
        with eyes(hub, *who) as connection:
            (line,) = pareto(connection, "supplier", Asked(days=30), START + timedelta(hours=1)).lines
        assert (line.named.name, line.named.listed) == (name, True if name else None)


async def test_on_the_pages_of_a_quality_engineer_and_of_nobody_else(hub: Hub, chain: Chain) -> None:
    entered(hub, "defect-code", {"id": "D1", "name": "Scratch", "name_zh": "划痕", "organisation": OEM})
    entered(hub, "bom", bill(STEEL, organisation=OEM))
    add_plant(hub, "other.plant", organisation="supplier-company", name="Other")
    chain.oem.result("M2", verdict=Verdict.NOT_OK, defect="D1")
    chain.oem.send()
    cost = CostForm(
        activity=Activity.TRAINING, amount=Decimal(10), accrued_on=TODAY, evidence="list", entered_by="q", cause="D1"
    )
    enter_cost(hub, "oem", cost)
    people = people_of(hub)
    people.clock.pass_(hours=2)
    for login, company, plants in (("own", OEM, ("oem",)), ("sister", OEM, ("oem.second",)), ("other", SUPPLIER, ())):
        people.known(login, Role.QUALITY, organisation=company, plants=plants)
    pages = (
        "/suppliers/oem",
        "/plants/oem/weak-points",
        f"/plants/oem/costs?by=cause&first={BEGUN}&last={TODAY}",
        f"/01/{MACHINE}/21/M2",
    )
    differs = f"/01/{MACHINE}/21/M1"

    async def told(login: str) -> list[bool]:
        async with people.signed_in(login) as browser:
            texts = [(await browser.get(page)).text for page in pages]
            return ["Scratch" in text for text in texts] + [
                "component that is not planned" in (await browser.get(differs)).text.lower()
            ]

    assert await told("own") == [True] * 5
    assert await told("sister") == [False] * 5
    assert await told("other") == [False] * 5
    people.site.state.audit.settle()
