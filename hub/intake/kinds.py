"""What kinds of files can be taken in: how each is looked at and entered. The capability's own import does both."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

import msgspec

import hub.history.importing as history
import hub.indicator.value_file as values
import hub.target.target_file as targets
from hub.accounts.permission import Permission
from hub.cost.cost_file import read_costs
from hub.cost.enter import enter_cost_file
from hub.entry import csv_table, stated_table
from hub.entry.field import enter_failure_file, read_failures
from hub.entry.inspection import enter_lot_file, enter_return_file
from hub.entry.inspection_file import read_field_returns, read_lot_inspections
from hub.entry.loss_file import read_losses
from hub.entry.losses import enter_loss_file
from hub.entry.stated_table import StatedTable
from hub.improvement.record_table import ONE_BY_ONE, RECORD_TABLE
from hub.incoming.inspection_table import INSPECTION_TABLE
from hub.incoming.plan_table import PLAN_TABLE
from hub.incoming.receipt_table import RECEIPT_TABLE
from hub.knowledge.case_table import CASE_TABLE
from hub.master.importing import dry_run, import_file
from hub.master.plan_kind import SHEETS
from hub.parts import Hub
from hub.tabular.problem import Problem
from hub.tabular.words import Words
from hub.target.organisation_file import WHOLE_TABLE, WHOLE_TARGETS

Options = Mapping[str, str]
WORKBOOK = "workbook"


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What is in a file: so many rows, and what is wrong with them."""

    rows: int
    problems: tuple[Problem, ...]


class FileKind(msgspec.Struct, frozen=True, kw_only=True):
    """``look`` enters nothing, ``enter`` everything in one transaction or nothing; both refuse what is no table."""

    name: str
    words: Words
    needs: Permission
    look: Callable[[Hub, str, bytes, Options], Seen]
    enter: Callable[[Hub, str, bytes, Options, str], object]


def _typed(
    name: str, words: Words, needs: Permission, read: Callable[[bytes], Any], enter: Callable[..., object]
) -> FileKind:
    """A file that is read without the store."""

    def look(_hub: Hub, _plant: str, data: bytes, _options: Options) -> Seen:
        found = read(data)
        return Seen(rows=len(found.rows), problems=_bilingual(found.problems))

    def take(hub: Hub, plant: str, data: bytes, _options: Options, by: str) -> object:
        return enter(hub, plant, read(data), entered_by=by)

    return FileKind(name=name, words=words, needs=needs, look=look, enter=take)


def _bilingual(problems: Iterable[Problem | csv_table.Problem]) -> tuple[Problem, ...]:
    return tuple(
        one if isinstance(one, Problem) else Problem("", one.row, one.column, Words(one.text, one.text_zh or one.text))
        for one in problems
    )


def _look_at_history(hub: Hub, plant: str, data: bytes, options: Options) -> Seen:
    report = history.look(hub, data, _past(plant, options))
    return Seen(rows=report.results, problems=report.problems)


def _enter_history(hub: Hub, plant: str, data: bytes, options: Options, by: str) -> object:
    return history.load(hub, data, _past(plant, options), by=by)


def _past(plant: str, options: Options) -> history.Asked:
    return history.Asked(
        plant=plant,
        part=options.get("part", ""),
        operation=options.get("operation", ""),
        note=options.get("note", ""),
        encoding=options.get("encoding", ""),
    )


def _look_at_values(hub: Hub, plant: str, data: bytes, _options: Options) -> Seen:
    report = values.look(hub, plant, data)
    return Seen(rows=report.rows, problems=report.problems)


def _stated(name: str, words: Words, table: StatedTable, *, needs: Permission = Permission.QUALITY) -> FileKind:
    """A file of what people state."""

    def look(hub: Hub, plant: str, data: bytes, _options: Options) -> Seen:
        report = stated_table.look(hub, plant, data, table)
        return Seen(rows=report.rows, problems=report.problems)

    def take(hub: Hub, plant: str, data: bytes, _options: Options, by: str) -> object:
        return stated_table.load(hub, plant, data, table, by=by)

    return FileKind(name=name, words=words, needs=needs, look=look, enter=take)


def _look_at_targets(hub: Hub, plant: str, data: bytes, _options: Options) -> Seen:
    report = targets.look(hub, plant, data)
    return Seen(rows=report.rows, problems=report.problems)


def _look_at_master(table: str | None, hub: Hub, _plant: str, data: bytes, _options: Options) -> Seen:
    report = dry_run(hub, data, table)
    return Seen(rows=report.rows, problems=report.problems)


def _enter_master(table: str | None, hub: Hub, _plant: str, data: bytes, _options: Options, by: str) -> object:
    return import_file(hub, data, by=by, kind=table)


def _master(name: str, words: Words, table: str | None) -> FileKind:
    return FileKind(
        name=name,
        words=words,
        needs=Permission.MASTER,
        look=partial(_look_at_master, table),
        enter=partial(_enter_master, table),
    )


OF_PLANTS: dict[str, FileKind] = {
    one.name: one
    for one in (
        FileKind(
            name="history",
            words=Words("results of earlier times", "历史结果"),
            needs=Permission.MASTER,
            look=_look_at_history,
            enter=_enter_history,
        ),
        _typed("losses", Words("losses", "质量损失"), Permission.QUALITY, read_losses, enter_loss_file),
        _typed("costs", Words("costs of prevention and appraisal", "预防与鉴定成本"), Permission.QUALITY, read_costs,
               enter_cost_file),
        _typed("lot-inspections", Words("lot inspections", "批检验"), Permission.QUALITY, read_lot_inspections,
               enter_lot_file),
        _typed("field-returns", Words("returns from the field", "市场退货"), Permission.FIELD, read_field_returns,
               enter_return_file),
        _typed("field-failures", Words("claims from the field", "市场索赔"), Permission.FIELD, read_failures,
               enter_failure_file),
        FileKind(
            name="indicator-values",
            words=Words("values of indicators", "指标数值"),
            needs=Permission.QUALITY,
            look=_look_at_values,
            enter=lambda hub, plant, data, _options, by: values.load(hub, plant, data, by=by),
        ),
        FileKind(
            name="targets",
            words=Words("targets", "目标"),
            needs=Permission.QUALITY,
            look=_look_at_targets,
            enter=lambda hub, plant, data, _options, by: targets.load(hub, plant, data, by=by),
        ),
        _stated("incoming-plans", Words("plans of incoming inspection", "进货检验方案"), PLAN_TABLE),
        _stated("goods-receipts", Words("goods receipts", "收货单"), RECEIPT_TABLE),
        _stated("incoming-inspections", Words("results of incoming inspection", "进货检验结果"), INSPECTION_TABLE),
        _stated("improvements", Words("improvements, with all that belongs to them", "质量改进（含全部内容）"),
                RECORD_TABLE),
        *(_stated(name, Words(f"improvements: {one.words.en}", f"质量改进：{one.words.zh}"), one)
          for name, one in ONE_BY_ONE.items()),
        _stated("knowledge", Words("cases of the knowledge base", "知识库案例"), CASE_TABLE),
    )
}  # fmt: skip
OF_ORGANISATION = _stated(WHOLE_TARGETS.name, WHOLE_TARGETS.words, WHOLE_TABLE)
OF_HUB: dict[str, FileKind] = {
    WORKBOOK: _master(WORKBOOK, Words("workbook of master data", "主数据工作簿"), None),
    **{sheet.name: _master(sheet.name, sheet.words, sheet.name) for sheet in SHEETS},
}


def kinds_at(plant: str) -> dict[str, FileKind]:
    """Those of a plant, or with "" those of the whole hub."""
    return OF_PLANTS if plant else OF_HUB
