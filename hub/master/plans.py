"""Control plans from their four tables. What a file leaves out of a revision that is known stays as it is."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec

from hub.master.bodies import body_of
from hub.master.build import Stated, canonical_parts, stated
from hub.store.master.versions import StoredVersion, Thing
from hub.tabular.problem import Cell, Line, Problem
from hub.tabular.words import Words
from traceability.measurement import Characteristic
from traceability.quality.alarm.rule import AlarmRule, FrozenBaseline, check_rule
from traceability.quality.errors import InvalidRule
from traceability.record.master import ControlPlan

Key = tuple[str, str, str]
"""Plant, part and revision."""
_BASELINE = {
    "baseline": "id", "centre": "centre", "sigma": "sigma", "baseline_by": "who", "baseline_at": "at",
    "baseline_why": "why", "baseline_data": "data",
}  # fmt: skip
_OF_PLAN = ("plant", "part", "revision")
_CORRECT = Words("correct the row", "请更正该行")


class PlanRows(msgspec.Struct):
    """Rows of one revision, by table."""

    head: Line | None = None
    tables: defaultdict[str, list[Line]] = msgspec.field(default_factory=lambda: defaultdict(list))

    @property
    def first(self) -> Line:
        """A row to tell problems by."""
        return self.head or next(lines[0] for lines in self.tables.values() if lines)


def plans_of(
    lines: Iterable[Line], known: Mapping[Thing, Mapping[date, StoredVersion]], today: date
) -> Iterator[Stated | Problem]:
    """Versions of control plans; ``known`` are the stored ones."""
    found: defaultdict[Key, PlanRows] = defaultdict(PlanRows)
    for raw in lines:
        line = canonical_parts(raw, ["part"])
        if isinstance(line, Problem):
            yield line
            continue
        rows = found[str(line.cells["plant"]), str(line.cells["part"]), str(line.cells["revision"])]
        if line.sheet == "control-plan":
            rows.head = line
        else:
            rows.tables[line.sheet].append(line)
    for key, rows in found.items():
        yield from _plan(key, rows, known.get(Thing("control-plan", key[0], key[1]), {}), today)


def _plan(key: Key, rows: PlanRows, stored: Mapping[date, StoredVersion], today: date) -> Iterator[Stated | Problem]:
    former = _former(stored, key[2])
    if rows.head is None and former is None:
        yield rows.first.problem(
            "revision",
            Words(f"there is no control plan of revision {key[2]!r}", f"没有版本为 {key[2]!r} 的控制计划"),
            Words("add it to the table control-plan", "请在“控制计划”表中加入该版本"),
        )
        return
    before = None if former is None else body_of(former)
    words = _head(rows.head, before) | {"plant": key[0], "part": key[1], "revision": key[2]}
    problems: list[Problem] = []
    words["operations"] = _operations(rows, before)
    words["characteristics"] = _characteristics(rows, before)
    words["alarms"] = list(_alarms(rows, before, problems))
    begin = _begin(rows, former, today)
    made = stated(rows.head or _headed(rows.first, former), Thing("control-plan", key[0], key[1]), begin, words)
    if isinstance(made, Stated):
        problems += _wrong(made.body, rows)
    yield from problems
    if isinstance(made, Problem) or not problems:
        yield made


def _former(stored: Mapping[date, StoredVersion], revision: str) -> StoredVersion | None:
    same = [one for one in stored.values() if not one.withdrawn and one.body["revision"] == revision]
    return max(same, key=lambda one: one.begin, default=None)


def _begin(rows: PlanRows, former: StoredVersion | None, today: date) -> date:
    given = rows.head.cells.get("valid_from") if rows.head else None
    if isinstance(given, date):
        return given
    return today if former is None else former.begin


def _headed(line: Line, former: StoredVersion | None) -> Line:
    """A row that says until when, as it stands already."""
    end = {"valid_to": former.end} if former is not None and former.end is not None else {}
    return Line(line.sheet, line.row, {**line.cells, **end})


def _head(head: Line | None, before: ControlPlan | None) -> dict[str, Any]:
    if head is not None:
        return {name: head.cells[name] for name in ("name", "name_zh") if name in head.cells}
    return {} if before is None else {"name": before.name, "name_zh": before.name_zh}


def _operations(rows: PlanRows, before: ControlPlan | None) -> list[Any]:
    lines = rows.tables.get("operation")
    if not lines:
        return [] if before is None else list(before.operations)
    ordered = sorted(lines, key=lambda line: (int(str(line.cells.get("step", 0))), line.row))
    return [_said(line, "step") for line in ordered]


def _characteristics(rows: PlanRows, before: ControlPlan | None) -> list[Any]:
    lines = rows.tables.get("characteristic")
    if not lines:
        return [] if before is None else list(before.characteristics)
    return [{"uom": "", **_said(line)} for line in lines]


def _said(line: Line, *without: str) -> dict[str, Cell]:
    return {name: value for name, value in line.cells.items() if name not in (*_OF_PLAN, *without)}


def _alarms(rows: PlanRows, before: ControlPlan | None, problems: list[Problem]) -> Iterator[AlarmRule]:
    lines = rows.tables.get("alarm-rule")
    if not lines:
        yield from () if before is None else before.alarms
        return
    for line in lines:
        try:
            yield rule_of(line.cells)
        except msgspec.ValidationError as error:
            problems.append(line.problem("", Words(f"is no rule: {error}", f"不是有效规则：{error}"), _CORRECT))


def rule_of(cells: Mapping[str, Cell]) -> AlarmRule:
    """The rule of a row; ``msgspec.ValidationError`` where it lacks something, or has what its kind does not."""
    words: dict[str, Any] = {name: value for name, value in cells.items() if name not in (*_OF_PLAN, *_BASELINE)}
    frozen = {field: cells[name] for name, field in _BASELINE.items() if name in cells}
    if frozen:
        frozen["data"] = _listed(frozen.get("data", ""))
        words["baseline"] = frozen
    if "patterns" in words:
        words["patterns"] = _listed(words["patterns"])
    rule: AlarmRule = msgspec.convert(words, AlarmRule)
    surplus = sorted(set(words) - {"kind"} - set(rule.__struct_fields__))
    if surplus:
        raise msgspec.ValidationError(f"a rule of kind {words['kind']} has no {surplus[0]}")
    return rule


def cells_of_rule(rule: AlarmRule) -> dict[str, Cell]:
    """The opposite of :func:`rule_of`."""
    words: dict[str, Any] = {"kind": rule.__struct_config__.tag}
    for name in rule.__struct_fields__:
        value = getattr(rule, name)
        if isinstance(value, FrozenBaseline):
            words |= {column: getattr(value, field) for column, field in _BASELINE.items()}
        elif value not in (None, False):
            words[name] = value
    return {name: ";".join(value) if isinstance(value, tuple) else value for name, value in words.items()}


def _listed(text: object) -> tuple[str, ...]:
    return tuple(part.strip() for part in str(text).replace("；", ";").split(";") if part.strip())


def _wrong(plan: ControlPlan, rows: PlanRows) -> Iterator[Problem]:
    operations = frozenset(operation.id for operation in plan.operations)
    if not operations:
        text = Words("the control plan has no operations", "控制计划没有工序")
        yield rows.first.problem("", text, Words("add them to the table operation", "请在“工序”表中填写"))
    at = {(line.sheet, str(line.cells["id"])): line for lines in rows.tables.values() for line in lines}
    for one in plan.characteristics:
        said = _wrong_characteristic(one, operations)
        if said is not None:
            yield at.get(("characteristic", one.id), rows.first).problem(said[0], said[1], _CORRECT)
    by_id = {one.id: one for one in plan.characteristics}
    for rule in plan.alarms:
        try:
            check_rule(rule, by_id, operations)
        except InvalidRule as error:
            text = Words(f"is no rule: {error.what}", f"不是有效规则：{error.what}")
            yield at.get(("alarm-rule", rule.id), rows.first).problem("", text, _CORRECT)


def _wrong_characteristic(one: Characteristic, operations: frozenset[str]) -> tuple[str, Words] | None:
    if one.operation not in operations:
        found = repr(one.operation)
        return "operation", Words(f"{found} is no operation of this plan", f"{found} 不是该计划的工序")
    if one.decimals > 12:
        return "decimals", Words("at most 12 decimals can be kept", "最多保留 12 位小数")
    limits: list[Decimal] = [limit for limit in (one.lsl, one.target, one.usl) if limit is not None]
    if limits != sorted(limits) or (one.lsl is not None and one.lsl == one.usl):
        return "lsl", Words(
            "limits are out of order: lsl <= target <= usl, lsl < usl", "限值顺序有误：下限 ≤ 目标 ≤ 上限"
        )
    return None
