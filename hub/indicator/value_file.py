"""Values of declared series as a table: in by CSV or Excel, whole or not at all, and out again."""

from bisect import bisect_right, insort
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

import msgspec
from pydantic import ValidationError

from hub.entry.of_plant import new_id
from hub.entry.seal import Stamps, enter
from hub.errors import EntryRefused
from hub.indicator.enter import troubles_of, value_record, zone_of
from hub.indicator.forms import ValueForm
from hub.metric.declared import Series, StatedValue, declared_series
from hub.parts import Hub
from hub.store.core.database import Reading
from hub.tabular.limits import LIMITS
from hub.tabular.problem import Line, Problem, refuse_problems
from hub.tabular.reading import format_of, read_lines
from hub.tabular.sheet import Column, Kind, Sheet
from hub.tabular.trouble import too_many_problems
from hub.tabular.words import NOTHING, Words
from hub.tabular.writing import Row
from traceability.record.base import Record
from traceability.record.indicator import IndicatorValueRecord

_SALT = "0" * 32
VALUES = Sheet(
    name="indicator-values",
    words=Words("Indicator values", "指标数值"),
    columns=(
        Column("indicator", Words("Indicator", "指标"), needed=True, most=200, example="satisfaction"),
        Column("first", Words("First day", "起始日"), kind=Kind.DAY, needed=True, example="2026-01-01"),
        Column("last", Words("Last day", "截止日"), kind=Kind.DAY, needed=True, example="2026-01-31"),
        Column("value", Words("Value", "数值"), kind=Kind.NUMBER, example="87.5"),
        Column("k", Words("k (of n)", "k（合格数）"), kind=Kind.COUNT, spellings=("k",)),
        Column("n", Words("n (in all)", "n（总数）"), kind=Kind.COUNT, spellings=("n",)),
        Column("evidence", Words("Evidence", "依据"), needed=True, example="survey 2026-Q1"),
    ),
    key=("indicator", "first", "last"),
    meaning=Words("What declared series came to, period by period", "申报指标各期间的数值"),
)
RECORDED = Sheet(
    name="indicator-values",
    words=VALUES.words,
    columns=(
        *VALUES.columns,
        Column("#id", Words("#Entry", "#录入号")),
        Column("#entered_by", Words("#Entered by", "#录入人")),
        Column("#reversed", Words("#Taken back", "#撤销原因")),
    ),
)
"""What goes out: columns that begin with # are left out when the file comes back."""


class ValueFileReport(msgspec.Struct, frozen=True, kw_only=True):
    """What is in a file; ``log_index`` None while nothing was entered."""

    format: str
    rows: int
    by_indicator: dict[str, int]
    problems: tuple[Problem, ...]
    log_index: int | None = None


def look(hub: Hub, plant: str, data: bytes) -> ValueFileReport:
    """What a file says and what is wrong with it; nothing is entered."""
    with hub.store.reading() as connection:
        return _File(connection, hub, plant).read(data)


def load(hub: Hub, plant: str, data: bytes, *, by: str) -> ValueFileReport:
    """Enter a file; ``EntryRefused`` names the first problems when there are any, and nothing is entered."""
    reports: list[ValueFileReport] = []

    def draft(connection: Reading, stamp: Stamps) -> Sequence[Record]:
        file = _File(connection, hub, plant)
        report = file.read(data)
        refuse_problems(report.problems)
        reports.append(report)
        return [value_record(new_id(hub, "value"), plant, name, form, by, stamp()) for name, form in file.taken]

    stored = enter(hub, draft)
    if stored is None:
        raise EntryRefused("the file holds no values", where="file", advice="fill it in")
    return msgspec.structs.replace(reports[-1], log_index=stored.id)


def value_rows(series: Iterable[Series]) -> Iterator[Row]:
    """One row a value, those that were taken back too."""
    for one in series:
        for stated in one.values:
            record = stated.record
            yield {
                "indicator": record.indicator,
                "first": record.first,
                "last": record.last,
                "value": None if record.value is None else Decimal(record.value),
                "k": record.k,
                "n": record.n,
                "evidence": record.evidence,
                "#id": record.id,
                "#entered_by": record.entered_by,
                "#reversed": stated.reversal_reason if stated.reversed_by else None,
            }


class _File:
    """One file that is being read against what counts already."""

    def __init__(self, connection: Reading, hub: Hub, plant: str) -> None:
        self._plant = plant
        self._today: date = hub.clock().astimezone(zone_of(connection, plant)).date()
        self._known: Mapping[tuple[str, str], Series] = declared_series(connection, [plant])
        self._beside: dict[str, list[StatedValue]] = {
            name: list(series.counting) for (_, name), series in self._known.items()
        }
        """By series, what counts: in the order of periods, none of which overlap."""
        self.taken: list[tuple[str, ValueForm]] = []
        self._hub = hub

    def read(self, data: bytes) -> ValueFileReport:
        problems: list[Problem] = []
        rows = 0
        for one in read_lines(data, [VALUES]):
            found = [one] if isinstance(one, Problem) else self._take(one)
            problems += found
            rows += isinstance(one, Line)
            if len(problems) >= LIMITS.problems:
                said = too_many_problems(LIMITS.problems)
                problems.append(Problem(VALUES.name, one.row, "", said.text, said.advice))
                break
        return ValueFileReport(
            format=format_of(data),
            rows=rows,
            by_indicator=dict(sorted(Counter(name for name, _ in self.taken).items())),
            problems=tuple(problems),
        )

    def _take(self, line: Line) -> list[Problem]:
        name = str(line.cells["indicator"])
        series = self._known.get((self._plant, name))
        if series is None:
            text = Words(f"no indicator {name[:60]!r} is defined", f"指标 {name[:60]!r} 未定义")
            return [line.problem("indicator", text, Words("define it first", "请先定义"))]
        try:
            form = ValueForm.model_validate({key: cell for key, cell in line.cells.items() if key != "indicator"})
        except ValidationError as error:
            return [_invalid(line, error)]
        found = [
            line.problem(column, text, advice)
            for column, text, advice in troubles_of(series, form, self._today, self._near(name, form))
        ]
        if not found:
            self.taken.append((name, form))
            insort(self._beside[name], self._as_stated(line.row, name, form), key=_first)
        return found

    def _near(self, name: str, form: ValueForm) -> list[StatedValue]:
        """The only value that can overlap: the last one that begins before the period ends."""
        beside = self._beside[name]
        place = bisect_right(beside, form.last, key=_first)
        return beside[max(0, place - 1) : place]

    def _as_stated(self, row: int, name: str, form: ValueForm) -> StatedValue:
        """A value of this file, as later rows meet it."""
        record = IndicatorValueRecord(
            id=f"row {row}",
            plant=self._plant,
            indicator=name,
            first=form.first,
            last=form.last,
            evidence=form.evidence,
            entered_by="",
            seq=1,
            event_time=self._hub.clock(),
            salt=_SALT,
        )
        return StatedValue(record=record, batch_id=0, line=row)


def _first(one: StatedValue) -> date:
    return one.record.first


_SAID = {
    "the period ends before it begins": ("last", Words("ends before it begins", "截止日早于起始日")),
    "give either a value, or k and n": (
        "value",
        Words("give either a value, or k and n", "请只填数值，或同时填 k 和 n"),
    ),
}


def _invalid(line: Line, error: ValidationError) -> Problem:
    said = error.errors()[0]
    told = str(said["msg"]).removeprefix("Value error, ")
    column, text = _SAID.get(told, ("k", Words(told, f"不是比例：{told}")))
    return line.problem(str(said["loc"][0]) if said["loc"] else column, text, NOTHING)
