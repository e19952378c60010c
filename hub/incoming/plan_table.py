"""Inspection plans as a table: a row a characteristic; rows of one part, supplier and day are one plan."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec

from hub.entry.master import require_plant
from hub.entry.of_plant import new_id
from hub.entry.stated_table import Entering, StatedTable, Statements
from hub.errors import EntryRefused
from hub.incoming.agreed import plan_record, plans_known, require_supplier
from hub.incoming.forms import CharacteristicForm, PlanForm
from hub.incoming.identity import canonical_part
from hub.projection.incoming import objection_to
from hub.tabular.problem import Line
from hub.tabular.sheet import Choice, Column, Kind, Sheet
from hub.tabular.words import Words
from hub.tabular.writing import Row
from traceability.quality.sampling_plan.letters import InspectionLevel
from traceability.record.incoming import IncomingCharacteristic, IncomingPlanRecord

_LEVELS = tuple(Choice(one.value, Words(one.value, one.value)) for one in InspectionLevel)
PLANS = Sheet(
    name="incoming-plans",
    words=Words("Inspection plans", "进货检验方案"),
    columns=(
        Column("part", Words("Part", "物料"), needed=True, most=400),
        Column("supplier", Words("Supplier", "供应商"), most=200),
        Column("valid_from", Words("Valid from", "生效日期"), kind=Kind.DAY, needed=True),
        Column("characteristic", Words("Characteristic", "检验项目"), needed=True, most=200),
        Column("aql", Words("AQL", "接收质量限"), kind=Kind.NUMBER, needed=True),
        Column("level", Words("Inspection level", "检验水平"), kind=Kind.CHOICE, choices=_LEVELS),
        Column("double", Words("Two samples", "二次抽样"), kind=Kind.YES_NO),
        Column("lower", Words("Lower limit", "下限"), kind=Kind.NUMBER),
        Column("upper", Words("Upper limit", "上限"), kind=Kind.NUMBER),
        Column("uom", Words("Unit", "单位"), most=200),
        Column("sigma", Words("Known sigma", "已知标准差"), kind=Kind.NUMBER),
        Column("sample", Words("Agreed sample", "约定样本量"), kind=Kind.COUNT),
        Column("k", Words("Agreed k", "约定k值"), kind=Kind.NUMBER),
        Column("reduce", Words("Reduced agreed", "允许放宽"), kind=Kind.YES_NO),
        Column("skip", Words("Skipping agreed", "允许跳批"), kind=Kind.YES_NO),
    ),
    key=("part", "supplier", "valid_from", "characteristic"),
    meaning=Words(
        "What is inspected of a part; without a supplier: of whoever has no plan of its own",
        "对物料检验什么；不填供应商表示适用于没有专门方案的供应商",
    ),
)
_OF_PLAN = frozenset({"part", "supplier", "valid_from", "reduce", "skip"})
_NUMBERS = ("aql", "lower", "upper", "sigma", "k")
_COLUMNS = {"name": "characteristic"}
Key = tuple[str, str, date]


def plan_rows(plans: Iterable[IncomingPlanRecord]) -> Iterator[Row]:
    """One row a characteristic, of each plan as it was stated last."""
    for plan in _standing(plans).values():
        for one in plan.characteristics:
            words = {name: value for name, value in msgspec.structs.asdict(one).items() if name != "name"}
            numbers = {name: Decimal(words[name]) for name in _NUMBERS if words[name] is not None}
            yield {
                "part": plan.part,
                "supplier": plan.supplier or None,
                "valid_from": plan.valid_from,
                "characteristic": one.name,
                **words,
                **numbers,
                "reduce": plan.reduce,
                "skip": plan.skip,
            }


class _Plan(msgspec.Struct):
    """The rows of one plan."""

    first: Line
    characteristics: list[IncomingCharacteristic] = msgspec.field(default_factory=list)
    agreed: dict[str, Any] = msgspec.field(default_factory=dict)


def read_plans(entering: Entering, lines: Sequence[Line]) -> Statements:
    """What the rows state beside the plans there are; an equal plan is not stated again."""
    require_plant(entering.connection, entering.place, where="plan")
    found = Statements()
    plans: dict[Key, _Plan] = {}
    for line in lines:
        with found.of_row(line, **_COLUMNS):
            _take(plans, line, found)
    before = _standing(plans_known(entering.connection, entering.place))
    for key, plan in plans.items():
        with found.of_row(plan.first, **_COLUMNS):
            _state(entering, key, plan, before.get(key), found)
    return found


def _take(plans: dict[Key, _Plan], line: Line, found: Statements) -> None:
    cells: dict[str, Any] = line.cells
    key = canonical_part(cells["part"]), str(cells.get("supplier", "")), cells["valid_from"]
    plan = plans.setdefault(key, _Plan(first=line))
    given = {name: value for name, value in cells.items() if name not in _OF_PLAN}
    given |= {name: f"{given[name]:f}" for name in _NUMBERS if name in given}
    form = CharacteristicForm(name=given.pop("characteristic"), **given)
    one = IncomingCharacteristic(**form.model_dump())
    objection = objection_to(one).removeprefix(f"{one.name}: ")
    if objection:
        raise EntryRefused(objection, where="characteristic", advice="correct the row")
    found.held(line, plan.agreed, ("reduce", "skip"))
    if any(other.name == one.name for other in plan.characteristics):
        raise EntryRefused(f"the plan asks for {one.name} twice", where="characteristic", advice="leave one out")
    plan.characteristics.append(one)


def _state(entering: Entering, key: Key, plan: _Plan, before: IncomingPlanRecord | None, found: Statements) -> None:
    part, supplier, valid_from = key
    if supplier:
        require_supplier(entering.connection, supplier)
    if not plan.characteristics:
        return  # each of its rows was refused
    form = PlanForm(
        part=part,
        supplier=supplier,
        characteristics=[CharacteristicForm(**msgspec.structs.asdict(one)) for one in plan.characteristics],
        valid_from=valid_from,
        entered_by=entering.person,
        **plan.agreed,
    )
    record = plan_record(form, part, entering.place, new_id(entering.hub, "incoming-plan"), entering.stamp())
    if before is not None and _words(before) == _words(record):
        found.unchanged += 1
        return
    (found.new if before is None else found.changed).append(f"{part} {supplier} {valid_from.isoformat()}")
    found.records.append(record)


def _standing(plans: Iterable[IncomingPlanRecord]) -> dict[Key, IncomingPlanRecord]:
    """Of plans that begin on the same day the one that was stated last counts."""
    return {(one.part, one.supplier, one.valid_from): one for one in plans}


def _words(plan: IncomingPlanRecord) -> object:
    """What a plan says, however its numbers are written."""
    said = {}
    for one in plan.characteristics:
        words = msgspec.structs.asdict(one)
        said[one.name] = words | {name: None if words[name] is None else Decimal(words[name]) for name in _NUMBERS}
    return said, plan.reduce, plan.skip


PLAN_TABLE = StatedTable(sheets=(PLANS,), read=read_plans)
