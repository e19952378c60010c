"""Targets as a table: a plant's whole tree in one file, in whole or not at all, and out again."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

import msgspec
from pydantic import ValidationError

from hub.entry.seal import Stamps, enter
from hub.errors import EntryRefused
from hub.indicator.enter import zone_of
from hub.parts import Hub
from hub.store.core.database import Reading
from hub.tabular.limits import LIMITS
from hub.tabular.problem import Line as FileLine
from hub.tabular.problem import Problem, refuse_problems
from hub.tabular.reading import format_of, read_lines
from hub.tabular.sheet import Choice, Column, Kind, Sheet
from hub.tabular.trouble import too_many_problems
from hub.tabular.words import NOTHING, Words
from hub.tabular.writing import Row
from hub.target.enter import target_record, troubles_of, wholes_above
from hub.target.forms import TargetWords
from hub.target.state import Target, in_force, targets_of
from traceability.record.base import Record
from traceability.record.indicator import Direction, TargetRecord
from traceability.record.metric import MetricName

_SALT = "0" * 32
_DIRECTIONS = (
    Choice(Direction.HIGHER.value, Words("higher is better", "越高越好")),
    Choice(Direction.LOWER.value, Words("lower is better", "越低越好")),
)
TARGETS = Sheet(
    name="targets",
    words=Words("Quality targets", "质量目标"),
    columns=(
        Column("id", Words("Target", "目标编号"), needed=True, most=200),
        Column("name", Words("Name", "名称")),
        Column("parent", Words("Part of", "上级目标"), most=200),
        Column(
            "metric",
            Words("Metric", "指标"),
            kind=Kind.CHOICE,
            needed=True,
            choices=tuple(Choice(one.value, Words(one.value, one.value)) for one in MetricName),
        ),
        Column("line", Words("Line", "产线"), most=200),
        Column("operation", Words("Operation", "工序"), most=200),
        Column("part", Words("Product", "产品"), most=400),
        Column("characteristic", Words("Characteristic", "特性"), most=200),
        Column("defect", Words("Defect", "缺陷"), most=400),
        Column("indicator", Words("Indicator", "申报指标"), most=200),
        Column("direction", Words("Better", "方向"), kind=Kind.CHOICE, needed=True, choices=_DIRECTIONS),
        Column("value", Words("Target value", "目标值"), kind=Kind.NUMBER, needed=True),
        Column("currency", Words("Currency", "币种"), most=3),
        Column("first", Words("Valid from", "生效日"), kind=Kind.DAY, needed=True),
        Column("last", Words("Valid to", "失效日"), kind=Kind.DAY),
        Column("days", Words("Rolling days", "滚动天数"), kind=Kind.COUNT),
        Column("owner", Words("Owner", "责任人"), needed=True, most=200),
    ),
    key=("id",),
    meaning=Words("What metrics should come to, from the plant down", "从工厂逐级分解的质量目标"),
)


class TargetFileReport(msgspec.Struct, frozen=True, kw_only=True):
    """What is in a file: which targets are new, which would be stated anew; ``log_index`` None: nothing was entered."""

    format: str
    rows: int
    new: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: int
    problems: tuple[Problem, ...]
    log_index: int | None = None


def look(hub: Hub, plant: str, data: bytes) -> TargetFileReport:
    """What a file says and what is wrong with it; nothing is entered."""
    with hub.store.reading() as connection:
        return _File(connection, hub, plant).read(data)


def load(hub: Hub, plant: str, data: bytes, *, by: str) -> TargetFileReport:
    """Enter a file; ``EntryRefused`` names the first problems when there are any, and nothing is entered."""
    reports: list[TargetFileReport] = []

    def draft(connection: Reading, stamp: Stamps) -> Sequence[Record]:
        file = _File(connection, hub, plant)
        reports.append(file.read(data))
        refuse_problems(reports[-1].problems)
        return [target_record(words, plant, by, stamp()) for words in file.taken]

    stored = enter(hub, draft)
    if stored is None and not reports[-1].rows:
        raise EntryRefused("the file holds no targets", where="file", advice="fill it in")
    return msgspec.structs.replace(reports[-1], log_index=None if stored is None else stored.id)


def target_rows(targets: Iterable[Target]) -> Iterator[Row]:
    """One row a target in force; what goes out can come back."""
    for one in targets:
        words = _words(one.now)
        yield {name: value or None for name, value in words.items()} | {"value": words["value"]}


class _File:
    """One file that is being read against the targets in force."""

    def __init__(self, connection: Reading, hub: Hub, plant: str) -> None:
        zone_of(connection, plant)
        standing = in_force(targets_of(connection, [plant]), plant)
        self._plant, self._now = plant, hub.clock()
        self._known = {name: one.now for name, one in standing.items()}
        self._before = dict(self._known)
        self._wholes = wholes_above(connection, plant)
        self.taken: list[TargetWords] = []
        self._unchanged = 0

    def read(self, data: bytes) -> TargetFileReport:
        rows: list[FileLine] = []
        problems: list[Problem] = []
        for one in read_lines(data, [TARGETS]):
            if isinstance(one, Problem):
                problems.append(one)
            else:
                rows.append(one)
        problems += self._take(rows)
        if len(problems) > LIMITS.problems:
            said = too_many_problems(LIMITS.problems)
            problems[LIMITS.problems :] = [Problem(TARGETS.name, 0, "", said.text, said.advice)]
        return TargetFileReport(
            format=format_of(data),
            rows=len(rows),
            new=tuple(words.id for words in self.taken if words.id not in self._before),
            changed=tuple(words.id for words in self.taken if words.id in self._before),
            unchanged=self._unchanged,
            problems=tuple(problems),
        )

    def _take(self, rows: Sequence[FileLine]) -> list[Problem]:
        """Parents may stand anywhere in the file: all rows are known before any is judged."""
        stated: list[tuple[FileLine, TargetWords]] = []
        problems: list[Problem] = []
        for line in rows:
            try:
                stated.append((line, TargetWords.model_validate(line.cells)))
            except ValidationError as error:
                problems.append(_invalid(line, error))
        for _, words in stated:
            self._known[words.id] = self._record(words)
        for line, words in stated:
            problems += [
                line.problem(column, text, advice)
                for column, text, advice in troubles_of(words, self._plant, self._known, self._wholes)
            ]
            before = self._before.get(words.id)
            if before is not None and _words(before) == _words(self._record(words)):
                self._unchanged += 1
            else:
                self.taken.append(words)
        return problems

    def _record(self, words: TargetWords) -> TargetRecord:
        return target_record(words, self._plant, "", {"seq": 1, "event_time": self._now, "salt": _SALT})


def _words(target: TargetRecord) -> dict[str, object]:
    """A target as its row says it."""
    where = target.reference
    return {
        "id": target.id,
        "name": target.name,
        "parent": target.parent,
        "metric": where.metric.value,
        "line": where.line,
        "operation": where.operation,
        "part": where.part,
        "characteristic": where.characteristic,
        "defect": where.defect,
        "indicator": where.indicator,
        "direction": target.direction.value,
        "value": Decimal(target.value),
        "currency": target.currency,
        "first": target.first,
        "last": target.last,
        "days": target.days,
        "owner": target.owner,
    }


_SAID = {
    "the target ends before it begins": ("last", "目标失效日早于生效日"),
    "name an indicator where the metric is one, and nowhere else": ("indicator", "仅申报指标需填写指标编号"),
    "name a currency where the metric is a sum of money, and nowhere else": ("currency", "仅金额类指标需填写币种"),
    "name the defect": ("defect", "请填写缺陷代码"),
    "name the characteristic": ("characteristic", "请填写特性"),
}


def _invalid(line: FileLine, error: ValidationError) -> Problem:
    said = error.errors()[0]
    told = str(said["msg"]).removeprefix("Value error, ")
    column, zh = _SAID.get(told, ("", told))
    return line.problem(str(said["loc"][0]) if said["loc"] else column, Words(told, zh), NOTHING)
