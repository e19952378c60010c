"""Master data from files: a dry run that tells everything, all or nothing, versions, undoing."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from small_hub import START
from small_master import FIRST, GTIN, PART, SCREW, characteristic, csv_file, everything, workbook

from hub.errors import EntryRefused, NotFound
from hub.master.bodies import body_of, record_of
from hub.master.importing import Action, ImportReport, dry_run, import_file, known_of
from hub.master.plan_kind import KINDS
from hub.master.undoing import undo
from hub.parts import Hub
from hub.projection.rebuild import rebuild
from hub.scorecard.computed_losses import _rates
from hub.scorecard.management import management_of
from hub.store.ledger.batches import log_size
from hub.store.master.queries import parts_named
from hub.store.master.versions import Thing, in_force, versions_of_kind
from traceability.quality.cost.rate import rate_on
from traceability.record.quality import CostRateKind

TODAY = START.date()


def held(hub: Hub, kind: str, about: str, day: date, plant: str = "") -> Any:
    """What holds on a day."""
    with hub.store.reading() as connection:
        version = in_force(known_of(connection, [kind]).get(Thing(kind, plant, about), {}), day)
    return None if version is None else body_of(version)


def actions(report: ImportReport) -> list[tuple[str, str, str]]:
    return [(one.kind, one.about, one.action) for one in report.differences]


def problems(hub: Hub, data: bytes, kind: str | None = None) -> list[tuple[str, int, str]]:
    report = dry_run(hub, data, kind)
    assert all(problem.text.en and problem.text.zh and problem.advice.zh for problem in report.problems)
    with pytest.raises(EntryRefused, match="nothing was entered"):
        import_file(hub, data, by="qe-7", kind=kind)
    return [(problem.sheet, problem.row, problem.column) for problem in report.problems]


@pytest.mark.every_store
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_kind_is_entered_from_one_workbook(hub: Hub, language: str) -> None:
    data = workbook(everything(), language)
    looked = dry_run(hub, data)
    assert not looked.problems, looked.problems
    assert (looked.change, looked.rows, looked.format) == ("", 22, "xlsx")
    assert set(looked.counts) == set(KINDS)
    with hub.store.reading() as connection:
        before = log_size(connection)
    done = import_file(hub, data, by="qe-7")
    assert done.counts == looked.counts
    assert done.log_indexes == (before,)
    assert held(hub, "part", PART, TODAY).name_zh == "壳体"
    bom = held(hub, "bom", PART, TODAY)
    assert [(line.component, line.quantity) for line in bom.lines] == [(SCREW, Decimal(4)), (SCREW, Decimal("2.5"))]
    plan = held(hub, "control-plan", PART, TODAY, "plant-a")
    assert [operation.id for operation in plan.operations] == ["OP10", "OP20"]
    assert plan.characteristics[0].usl == Decimal("25.02")
    assert [rule.id for rule in plan.alarms] == ["A1", "A2", "A3"]
    assert held(hub, "recipe", "R1", TODAY, "plant-a").lines[1].value == "=P7"
    assert held(hub, "gauge", "CMM-1", TODAY, "plant-a").uses[0].part == PART
    again = dry_run(hub, data)
    assert not again.differences
    assert import_file(hub, data, by="qe-7").change == ""


def test_a_new_version_holds_from_its_day_and_the_old_one_before(hub: Hub) -> None:
    import_file(hub, workbook(everything()), by="qe-7")
    row = {"part": GTIN, "name": "Housing", "drawing": "D-2", "valid_from": date(2026, 6, 1)}
    report = import_file(hub, csv_file("part", [row]), by="qe-7", kind="part")
    assert actions(report) == [("part", PART, "changed")]
    assert report.differences[0].fields == ("name_zh", "drawing")
    assert held(hub, "part", PART, date(2026, 5, 31)).drawing == "D-1"
    assert held(hub, "part", PART, date(2026, 6, 1)).drawing == "D-2"
    assert held(hub, "part", PART, FIRST - timedelta(days=1)) is None
    ended = csv_file("part", [{**row, "valid_to": date(2026, 12, 31)}])
    assert actions(import_file(hub, ended, by="qe-7", kind="part")) == [("part", PART, "ended")]
    assert held(hub, "part", PART, date(2027, 1, 1)) is None
    with hub.store.reading() as connection:
        assert len(list(versions_of_kind(connection, "part", about=PART))) == 3


def test_rows_without_a_day_count_from_today_and_say_nothing_new_where_they_repeat(hub: Hub) -> None:
    import_file(hub, workbook(everything()), by="qe-7")
    same = csv_file("defect-code", [{"id": "D1", "name": "Scratch", "name_zh": "划痕", "severity": "minor"}])
    assert dry_run(hub, same, "defect-code").counts == {"defect-code": {Action.UNCHANGED: 1}}
    other = csv_file("defect-code", [{"id": "D1", "name": "Scratch", "severity": "major"}])
    (difference,) = import_file(hub, other, by="qe-7", kind="defect-code").differences
    assert (difference.begin, difference.fields) == (TODAY, ("name_zh", "severity"))


def test_characteristics_alone_change_the_revision_that_is_known(hub: Hub) -> None:
    import_file(hub, workbook(everything()), by="qe-7")
    changed = csv_file("characteristic", [characteristic(usl=Decimal("25.03"))])
    report = import_file(hub, changed, by="qe-7", kind="characteristic")
    assert actions(report) == [("control-plan", PART, "changed")]
    assert report.differences[0].fields == ("characteristics",)
    plan = held(hub, "control-plan", PART, TODAY, "plant-a")
    assert plan.characteristics[0].usl == Decimal("25.03")
    assert len(plan.operations) == 2
    assert len(plan.alarms) == 3
    unknown = csv_file("characteristic", [{**characteristic(), "revision": "Z"}])
    assert problems(hub, unknown, "characteristic") == [("characteristic", 2, "revision")]


def test_what_a_file_names_must_be_there(hub: Hub) -> None:
    tables = everything()
    del tables["organisation"], tables["line"]
    assert problems(hub, workbook(tables)) == [("plant", 2, "organisation"), ("work-cell", 2, "line")]
    assert problems(hub, csv_file("tool", [{"plant": "nowhere", "id": "T", "name": "T"}]), "tool") == [
        ("tool", 2, "plant")
    ]


def _bom(*pairs: tuple[str, str], since: date = FIRST) -> list[dict[str, Any]]:
    return [
        {"part": part.zfill(14), "component": component.zfill(14), "quantity": Decimal(1), "valid_from": since}
        for part, component in pairs
    ]


A, B, C = "9506000134352", "4012345000023", "4012345000016"


def test_a_circle_of_components_is_found_in_the_file_and_with_what_is_there(hub: Hub) -> None:
    assert problems(hub, csv_file("bom", _bom((A, B), (B, C), (C, A))), "bom") == [("bom", 2, "component")]
    assert problems(hub, csv_file("bom", _bom((A, A))), "bom") == [("bom", 2, "component")]
    import_file(hub, csv_file("bom", _bom((A, B), (B, C))), by="qe-7", kind="bom")
    assert problems(hub, csv_file("bom", _bom((C, A), since=date(2026, 9, 1))), "bom") == [("bom", 2, "component")]


def test_components_of_different_times_are_no_circle(hub: Hub) -> None:
    ended = [{**row, "valid_to": date(2026, 5, 31)} for row in _bom((A, B))]
    import_file(hub, csv_file("bom", ended), by="qe-7", kind="bom")
    assert not dry_run(hub, csv_file("bom", _bom((B, A), since=date(2026, 6, 1))), "bom").problems


def test_a_deep_bill_of_material_is_walked(hub: Hub) -> None:
    def gtin(number: int) -> str:
        digits = f"0{number:012}"
        total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(digits))
        return digits + str(-total % 10)

    chain = [(gtin(number), gtin(number + 1)) for number in range(3000)]
    assert not dry_run(hub, csv_file("bom", _bom(*chain)), "bom").problems
    closed = [*chain, (gtin(3000), gtin(0))]
    assert dry_run(hub, csv_file("bom", _bom(*closed)), "bom").problems


def _rows(*spans: tuple[date, date | None]) -> bytes:
    return csv_file(
        "defect-code", [{"id": "D1", "name": "x", "valid_from": begin, "valid_to": end} for begin, end in spans]
    )


def test_days_on_which_two_or_no_versions_would_hold(hub: Hub) -> None:
    march, april, may = date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1)
    kind = "defect-code"
    assert problems(hub, _rows((march, april), (april, None)), kind) == [(kind, 3, "valid_from")]
    assert problems(hub, _rows((march, date(2026, 3, 20)), (april, None)), kind) == [(kind, 3, "valid_from")]
    assert problems(hub, _rows((april, march)), kind) == [(kind, 2, "valid_to")]
    assert problems(hub, _rows((march, None), (march, None)), kind) == [(kind, 3, "id")]
    import_file(hub, _rows((march, date(2026, 3, 31)), (april, None)), by="qe-7", kind=kind)
    assert problems(hub, _rows((april, date(2026, 4, 10)), (may, None)), kind) == [(kind, 3, "valid_from")]
    assert problems(hub, _rows((FIRST, date(2026, 1, 31))), kind) == [(kind, 2, "valid_from")]


@pytest.mark.parametrize(
    ("table", "change", "column"),
    [
        ("characteristic", {"lsl": Decimal(26)}, "lsl"),
        ("characteristic", {"operation": "OP99"}, "operation"),
        ("characteristic", {"decimals": 13}, "decimals"),
        ("alarm-rule", {"characteristic": "depth"}, ""),
        ("alarm-rule", {"window": 3}, ""),
        ("alarm-rule", {"accepted": Decimal("0.1")}, ""),
        ("operation", {"part": "4711-X"}, "part"),
        ("cost-rate", {"currency": "RMB1"}, ""),
        ("plant", {"time_zone": "Mars/Base"}, "time_zone"),
        ("plant", {"valid_from": date(2030, 1, 1)}, "valid_from"),
    ],
)
def test_what_no_record_may_say_is_told_at_its_row(hub: Hub, table: str, change: dict[str, Any], column: str) -> None:
    tables = everything()
    tables[table][0] |= change
    assert (table, 2, column) in problems(hub, workbook(tables))
    with hub.store.reading() as connection:
        assert not list(versions_of_kind(connection, "part"))


def test_a_row_that_contradicts_another_of_its_version(hub: Hub) -> None:
    tables = everything()
    tables["recipe"][1]["name"] = "other"
    assert problems(hub, workbook(tables)) == [("recipe", 3, "")]


def test_undoing_states_again_what_held_before(hub: Hub) -> None:
    first = import_file(hub, workbook(everything()), by="qe-7")
    row = {"part": GTIN, "name": "Case", "valid_from": FIRST}
    second = import_file(hub, csv_file("part", [row]), by="qe-7", kind="part")
    assert held(hub, "part", PART, TODAY).name == "Case"
    with pytest.raises(EntryRefused, match="stated again"):
        undo(hub, first.change, by="qe-7")
    done = undo(hub, second.change, by="qe-8")
    assert (done.restored, done.withdrawn) == (1, 0)
    assert held(hub, "part", PART, TODAY).name == "Housing"
    redone = undo(hub, done.change, by="qe-8")
    assert held(hub, "part", PART, TODAY).name == "Case"
    undo(hub, redone.change, by="qe-8")
    with pytest.raises(NotFound):
        undo(hub, "import-nothing", by="qe-8")


def test_undoing_what_was_new_withdraws_it(hub: Hub) -> None:
    report = import_file(hub, workbook(everything()), by="qe-7")
    done = undo(hub, report.change, by="qe-8")
    assert done.kept == ("organisation acme", "plant plant-a")
    assert done.withdrawn == sum(sum(found.values()) for found in report.counts.values()) - 2
    for kind, about, plant in (("part", PART, ""), ("control-plan", PART, "plant-a"), ("gauge", "CMM-1", "plant-a")):
        assert held(hub, kind, about, TODAY, plant) is None
    again = import_file(hub, workbook(everything()), by="qe-7")
    assert not again.problems
    assert held(hub, "part", PART, TODAY).name == "Housing"


def test_what_was_known_then_is_told_again(hub: Hub) -> None:
    import_file(hub, workbook(everything()), by="qe-7")
    with hub.store.reading() as connection:
        then = log_size(connection)
    import_file(hub, csv_file("part", [{"part": GTIN, "name": "Case", "valid_from": FIRST}]), by="q", kind="part")
    thing = Thing("part", "", PART)
    with hub.store.reading() as connection:
        before = in_force(known_of(connection, ["part"], before=then)[thing], TODAY)
        now = in_force(known_of(connection, ["part"])[thing], TODAY)
    assert before is not None
    assert now is not None
    assert (before.body["name"], now.body["name"]) == ("Housing", "Case")


def test_a_rebuild_comes_out_the_same(hub: Hub) -> None:
    import_file(hub, workbook(everything()), by="qe-7")

    def rows() -> list[object]:
        with hub.store.reading() as connection:
            return [list(versions_of_kind(connection, kind)) for kind in KINDS]

    before = rows()
    rebuild(hub)
    assert rows() == before


def test_many_versions_go_into_several_batches_at_once(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.master.importing.RECORDS_A_BATCH", 10)
    rows = [{"id": f"D{number}", "name": "x", "valid_from": FIRST} for number in range(35)]
    assert len(import_file(hub, csv_file("defect-code", rows), by="q", kind="defect-code").log_indexes) == 4

    with hub.store.reading() as connection:
        before = log_size(connection)
    more = [{"id": f"E{number}", "name": "x", "valid_from": FIRST} for number in range(35)]
    monkeypatch.setattr("hub.master.importing.record_of", _failing_after(25, record_of))
    with pytest.raises(RuntimeError):
        import_file(hub, csv_file("defect-code", more), by="q", kind="defect-code")
    with hub.store.reading() as connection:
        assert log_size(connection) == before


def _failing_after(most: int, whole: Callable[..., Any]) -> Callable[..., Any]:
    """The power fails after ``most`` records."""
    made = 0

    def record(*arguments: Any) -> Any:
        nonlocal made
        made += 1
        if made > most:
            raise RuntimeError
        return whole(*arguments)

    return record


def test_parts_are_called_by_their_master_data(hub: Hub) -> None:
    import_file(hub, workbook(everything()), by="qe-7")
    with hub.store.reading() as connection:
        named = parts_named(connection, [PART, SCREW])
    assert (named[PART].named.name_zh, named[PART].plants) == ("壳体", ("plant-a",))
    assert (named[SCREW].named.name, named[SCREW].plants) == ("Screw", ())


def test_rates_and_gauges_that_were_withdrawn_or_ended_count_no_more(hub: Hub) -> None:
    change = import_file(hub, workbook(everything()), by="qe-7").change
    with hub.store.reading() as connection:
        rates = _rates(connection, "plant-a")
    march = date(2026, 3, 31)
    assert rate_on(rates[CostRateKind.REWORK], PART, "OP10", march) is not None
    assert rate_on(rates[CostRateKind.SCRAP], PART, "OP10", march) is not None
    row = {"plant": "plant-a", "rate": "scrap", "part": GTIN, "amount": Decimal("12.50"), "valid_from": FIRST}
    ended = csv_file("cost-rate", [{**row, "valid_to": date(2026, 2, 10)}])
    import_file(hub, ended, by="qe-7", kind="cost-rate")
    with hub.store.reading() as connection:
        rates = _rates(connection, "plant-a")
        gauge = management_of(connection, ["plant-a"])["plant-a"].gauge(PART, "bore", TODAY)
    assert rate_on(rates[CostRateKind.SCRAP], PART, "OP10", march) is None
    assert rate_on(rates[CostRateKind.SCRAP], PART, "OP10", date(2026, 2, 11)) is None
    assert rate_on(rates[CostRateKind.SCRAP], PART, "OP10", date(2026, 2, 10)) is not None
    assert gauge.calibrated
    with pytest.raises(EntryRefused, match="stated again"):
        undo(hub, change, by="qe-7")
