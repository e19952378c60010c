"""Lots judged on samples and returns from the field: entered, graded, shown, declared and checked again."""

import re
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import httpx
import pytest
from small_chain import HOUSING, Line, housing_plan, line_of
from small_hub import START, admin_of, client_of

from hub.declaration.declare import declare, signed_document
from hub.entry.field import enter_failures
from hub.entry.field_forms import FailureForm
from hub.entry.inspection import (
    enter_field_return,
    enter_lot_file,
    enter_lot_inspection,
    enter_return_file,
)
from hub.entry.inspection_file import read_field_returns, read_lot_inspections
from hub.entry.inspection_forms import EnteredInspection, EnteredReturn
from hub.entry.quality import enter_policy
from hub.errors import EntryRefused
from hub.pages.site import create_site
from hub.parts import Hub
from hub.projection.rebuild import rebuild
from hub.scorecard.plant import plant_view
from hub.scorecard.views import PlantView
from traceability.identifier.item import part_uri, unit_uri
from traceability.quality.reason import Reason
from traceability.quality.sampling import SamplingMode
from traceability.quality.threshold import Metric
from traceability.unit import Verdict
from traceability.verify.declaration import check_declaration

PART = part_uri(HOUSING)
LOTS = (
    "part,operation,lot,size,sample,defective,accepted,inspected_on\n"
    f"{PART},OP20,L1,1000,80,1,yes,2026-02-01\n"
    f'{PART},OP20,L2,"3,000",125,0,接收,2026/2/2\n'
)


@pytest.fixture
def line(hub: Hub) -> Line:
    """A hundred units through boring, one of them failed; the inspection at the end is by lots."""
    made = line_of(hub, "supplier.line-1", "supplier", HOUSING, housing_plan())
    for number in range(100):
        made.result(f"H{number}", verdict=Verdict.NOT_OK if number == 7 else Verdict.OK)
    made.send()
    return made


def view_of(hub: Hub, **known: Any) -> PlantView:
    with hub.store.reading() as connection:
        return plant_view(connection, "supplier", START, **known)


def lot(hub: Hub, name: str, size: int, sample: int, defective: int, **changes: Any) -> None:
    given = {"accepted": True, "inspected_on": date(2026, 2, 1), "entered_by": "q1"} | changes
    form = EnteredInspection(
        part=PART, operation="OP20", lot=name, size=size, sample=sample, defective=defective, **given
    )
    enter_lot_inspection(hub, "supplier", form)


def returns(hub: Hub, cohort: str, shipped: int, returned: int, as_of: date = date(2026, 3, 1)) -> None:
    form = EnteredReturn(part=PART, cohort=cohort, shipped=shipped, returned=returned, as_of=as_of, entered_by="q1")
    enter_field_return(hub, "supplier", form)


def metric(view: PlantView, wanted: Metric) -> Any:
    return next(grade for grade in view.grade.metrics if grade.metric is wanted)


def test_an_operation_judged_in_lots_is_a_factor_weighted_by_lot_size(hub: Hub, line: Line) -> None:
    assert view_of(hub).rolled.reason is not None  # the inspection has no submission yet
    enter_lot_file(hub, "supplier", read_lot_inspections(LOTS.encode()), entered_by="q1")
    view = view_of(hub)
    by_lots = 1 - Fraction(1000, 80) / 4000  # the defective of L1 stands for 12.5 of the 4000 submitted
    assert view.lots[0].sampled.value == by_lots
    assert view.rolled.value == Fraction(99, 100) * by_lots
    assert view.sigma.units == 4000
    assert view.sigma.dpmo == (1 - by_lots) * 10**6
    assert view.sigma.trials == 4000**2 // (Fraction(1000**2, 80) + Fraction(3000**2, 125)) < 80 + 125
    assert metric(view, Metric.SIGMA).value == view.sigma.dpmo


def test_the_mode_of_the_plant_decides_and_is_printed(hub: Hub, line: Line) -> None:
    lot(hub, "L1", 1000, 80, 1)
    lot(hub, "L2", 1000, 80, 5, accepted=False)
    enter_policy(hub, "supplier", net_losses=False, sampling=SamplingMode.LOT, cpk_waiver="", entered_by="q1")
    view = view_of(hub)
    assert view.lots[0].sampled.value == Fraction(1, 2)
    assert view.grade.policy.sampling is SamplingMode.LOT
    assert view.sigma.dpmo == Fraction(6, 160) * 10**6  # nonconforming units, never lots


def test_a_second_submission_and_sorted_lots_never_improve_the_first(hub: Hub, line: Line) -> None:
    lot(hub, "L1", 1000, 80, 8, accepted=False)
    before = view_of(hub).lots[0].sampled
    lot(hub, "L1", 990, 990, 0, submission=2, inspected_on=date(2026, 2, 3))
    lot(hub, "L1", 1000, 80, 0)  # said again, better
    after = view_of(hub).lots[0].sampled
    assert (after.value, after.submitted, after.inspected) == (before.value, 1000, 80)
    assert (before.output, after.output) == (0, 990)


def test_units_and_lots_at_one_operation_the_lower_yield_stands(hub: Hub, line: Line) -> None:
    for number in range(100):
        line.result(f"H{number}", "OP20", verdict=Verdict.NOT_OK if number < 10 else Verdict.OK)
    line.send()
    lot(hub, "L1", 1000, 100, 0)
    assert not view_of(hub).lots[0].stands
    assert view_of(hub).sigma.units == 100
    lot(hub, "L2", 1000, 100, 50)
    assert view_of(hub).lots[0].stands
    assert view_of(hub).sigma.units == 2000


def test_a_lot_belongs_to_the_window_of_its_first_submission(hub: Hub, line: Line) -> None:
    lot(hub, "OLD", 1000, 80, 8, accepted=False, inspected_on=date(2024, 1, 1))
    lot(hub, "OLD", 1000, 1000, 0, submission=2)
    assert view_of(hub).lots == ()


def test_returns_stand_beside_and_only_lower(hub: Hub, line: Line) -> None:
    enter_lot_file(hub, "supplier", read_lot_inspections(LOTS.encode()), entered_by="q1")
    assert view_of(hub).field is None
    returns(hub, "2026-01", 500, 0)
    view = view_of(hub)
    assert view.field.sigma.dpmo == view.sigma.dpmo == metric(view, Metric.SIGMA).value
    returns(hub, "2026-01", 500, 3)
    returns(hub, "2026-01", 500, 1, as_of=date(2026, 2, 1))  # older knowledge comes late
    returns(hub, "2024-01", 500, 400)  # another period
    view = view_of(hub)
    assert view.field.returned == 3
    assert view.field.sigma.dpmo == view.sigma.dpmo + Fraction(3 * 10**6, 4000)
    assert metric(view, Metric.SIGMA).value == view.field.sigma.dpmo
    returns(hub, "2026-02", 9000, 8000)  # more than were accepted: no figure in its place
    grade = metric(view_of(hub), Metric.SIGMA)
    assert (grade.rated, grade.reason) == (False, Reason.INCONSISTENT_COUNTS)


def test_claims_by_serial_count_units_once_and_only_those_that_were_accepted(hub: Hub, line: Line) -> None:
    for number in range(20):
        line.result(f"H{number}", "OP20", verdict=Verdict.NOT_OK if number == 3 else Verdict.OK)
    line.send()
    for claim, number in (("C1", 1), ("C2", 1), ("C3", 2), ("C4", 3), ("C5", 50)):  # 3 failed before, 50 never came
        form = FailureForm(unit=unit_uri(HOUSING, f"H{number}"), failed_on=date(2026, 2, 20), id=claim)
        enter_failures(hub, "supplier", [form], entered_by="q1")
    view = view_of(hub)
    assert view.field.failed == {PART: 2}
    assert view.field.sigma.dpmo == Fraction(3 * 10**6, 20)
    returns(hub, "2026-01", 500, 5)  # the larger of two ways of counting the same
    assert view_of(hub).field.returned == 5
    identity, _ = declare(hub, "supplier", declared_by="q1")
    with hub.store.reading() as connection:
        assert check_declaration(signed_document(connection, identity), signer=hub.signer.public_key).ok


def test_known_at_rebuild_and_files_entered_twice(hub: Hub, line: Line) -> None:
    file = read_lot_inspections(LOTS.encode())
    before = view_of(hub, known_at=START)
    assert before.lots == ()
    enter_lot_file(hub, "supplier", file, entered_by="q1")
    with pytest.raises(EntryRefused, match="entered already"):
        enter_lot_file(hub, "supplier", file, entered_by="q1")
    seen = view_of(hub)
    rebuild(hub)
    assert view_of(hub) == seen


def test_every_problem_of_a_file_is_named_by_its_row(hub: Hub, line: Line) -> None:
    head = "产品,工序,批号,批量,抽样数,不合格数,判定,检验日期\n"
    text = f"{head}p,OP20,L1,10,20,0,是,2026-02-01\np,OP20,L2,-5,2,3,perhaps,2026-02-30\np,OP20,L3,10,5,6,否,2026-2-1\n"
    file = read_lot_inspections(text.encode("gb18030"))
    assert file.encoding == "gb18030"
    assert sorted((one.row, one.column) for one in file.problems) == [
        (2, ""), (3, "accepted"), (3, "inspected_on"), (3, "size"), (4, ""),
    ]  # fmt: skip
    with pytest.raises(EntryRefused, match="row 2"):
        enter_lot_file(hub, "supplier", file, entered_by="q1")
    bad = read_field_returns(
        b"part,cohort,shipped,returned,as_of\np,2026-01,5,6,2026-03-01\np,2026-13,5,1,2026-03-01\n"
    )
    assert {one.row for one in bad.problems} == {2, 3}
    with pytest.raises(EntryRefused):
        enter_return_file(hub, "supplier", bad, entered_by="q1")


async def test_the_api_enters_and_lists_both(hub: Hub, line: Line) -> None:
    base = "/api/v1/plants/supplier"
    one = {"part": PART, "operation": "OP20", "lot": "L1", "size": 100, "sample": 20, "defective": 1, "accepted": True,
           "inspected_on": "2026-02-01", "entered_by": "q1"}  # fmt: skip
    back = {"part": PART, "cohort": "2026-01", "shipped": 50, "returned": 1, "as_of": "2026-02-28", "entered_by": "q1"}
    async with client_of(hub) as client:
        assert (await client.post(f"{base}/lot-inspections", json=one)).status_code == 401
        client.headers = admin_of(hub)
        assert (await client.post(f"{base}/lot-inspections", json=one)).status_code == 201
        assert (await client.post(f"{base}/lot-inspections", json=one | {"defective": 21})).status_code == 422
        assert (await client.post(f"{base}/field-returns", json=back)).status_code == 201
        assert (await client.post(f"{base}/field-returns", json=back | {"returned": 51})).status_code == 422
        tried = await client.post(
            f"{base}/lot-inspections/file?entered_by=q1&dry_run=true",
            content=LOTS,
            headers={"Content-Type": "text/csv"},
        )
        assert (tried.json()["rows"], tried.json()["problems"], tried.json()["log_index"]) == (2, [], None)
        taken = await client.post(f"{base}/lot-inspections/file?entered_by=q1", content=LOTS)
        assert taken.json()["log_index"] is not None
        assert (await client.get(f"{base}/lot-inspections")).json()["total"] == 3
        assert (await client.get(f"{base}/field-returns")).json()["cohorts"][0]["returned"] == 1
        view = (await client.get(base)).json()
    assert view["lots"][0]["sampled"]["lots"] == 2  # L1 was submitted twice as its first
    assert view["field"]["returned"] == 1


async def test_both_stand_on_the_page_and_in_the_declaration_which_is_computed_again(
    hub: Hub, line: Line, tmp_path: Path
) -> None:
    enter_lot_file(hub, "supplier", read_lot_inspections(LOTS.encode()), entered_by="q1")
    returns(hub, "2026-01", 500, 3)
    identity, _ = declare(hub, "supplier", declared_by="q1")
    with hub.store.reading() as connection:
        report = check_declaration(signed_document(connection, identity), signer=hub.signer.public_key)
    assert report.ok, report
    site = httpx.ASGITransport(create_site(hub))
    async with httpx.AsyncClient(
        transport=site, base_url="http://127.0.0.1", headers={"Accept": "text/html"}
    ) as client:
        for language, words in (
            ("en", ("Lots judged on samples", "Returns from the field", "D2 as the data show it", "year on year")),
            ("zh-CN", ("抽样判定的批", "市场退回", "D2 由数据测得", "质量损失率逐年变化")),
        ):
            page = (await client.get("/plants/supplier", headers={"Accept-Language": language})).text
            assert [word for word in words if word not in page] == []
        declared = (await client.get(f"/declarations/{identity}")).text
    assert all(word in declared for word in ("抽样判定的批", "Lots judged on samples", "市场退回", "2/2"))
    assert re.search(r"1/205", declared)
