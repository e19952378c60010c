"""The verbs ``master import``, ``master export``, ``master undo`` and ``master dictionary``."""

import argparse
import sys
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from hub.composition import open_hub
from hub.errors import EntryRefused, HubError
from hub.master import dictionary
from hub.master.exporting import tables
from hub.master.importing import ImportReport, dry_run, import_file, today_of
from hub.master.plan_kind import SHEETS
from hub.master.undoing import undo
from hub.tabular.writing import csv_bytes, workbook_bytes

if TYPE_CHECKING:
    Verbs = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - argparse has no public name for it

Fields = Mapping[str, object]
AddVerb = Callable[..., argparse.ArgumentParser]
_SUFFIXES = (".xlsx", ".csv", ".md", ".html")


def add_master_data_verbs(group: "Verbs", add: AddVerb) -> None:
    """The verbs behind ``master``."""
    taken = add(group, "import", _import, "look at a workbook or CSV file of master data; with --enter take it")
    taken.add_argument("file", type=Path)
    taken.add_argument("--kind", choices=[sheet.name for sheet in SHEETS], help="the table that a CSV file holds")
    taken.add_argument("--enter", action="store_true", help="enter it; without, it is only told what would change")
    taken.add_argument("--by", default="command", metavar="WHO", help="who enters it (default: command)")
    taken.add_argument("--language", choices=["en", "zh"], default="en", help="of the messages (default: en)")
    given = add(group, "export", _export, "write master data as it holds on a day")
    given.add_argument("--out", type=Path, required=True, metavar="FILE", help=".xlsx, or .csv for one table")
    given.add_argument("--kind", choices=[sheet.name for sheet in SHEETS], help="one table, or a kind's")
    given.add_argument("--as-of", type=date.fromisoformat, metavar="DAY", help="by default today")
    given.add_argument("--language", choices=["en", "zh"], default="en")
    undone = add(group, "undo", _undo, "state again what held before a change")
    undone.add_argument("change", help="as the import named it")
    undone.add_argument("--by", default="command", metavar="WHO")
    told = add(group, "dictionary", _dictionary, "write the data dictionary")
    told.add_argument("--out", type=Path, required=True, metavar="FILE", help=".xlsx, .csv, .md or .html")
    told.add_argument("--language", choices=["en", "zh"], default="en")


def _import(arguments: argparse.Namespace) -> Fields:
    data = arguments.file.read_bytes()
    hub = open_hub(arguments.data)
    try:
        report = dry_run(hub, data, arguments.kind, _show_progress)
        if report.problems:
            for problem in report.problems:
                sys.stderr.write(problem.told(arguments.language) + "\n")
            raise EntryRefused(
                f"{len(report.problems)} problems, nothing was entered",
                where=str(arguments.file),
                advice="correct the rows that are named",
            )
        if arguments.enter:
            report = import_file(hub, data, by=arguments.by, kind=arguments.kind)
        return _told(report)
    finally:
        hub.store.close()


def _show_progress(rows: int) -> None:
    sys.stderr.write(f"{rows} rows read\n")


def _told(report: ImportReport) -> Fields:
    return {
        "format": report.format,
        "rows": report.rows,
        "counts": report.counts,
        "differences": [f"{one.action} {one.kind} {one.about} from {one.begin}" for one in report.differences],
        "change": report.change or None,
        "log_indexes": list(report.log_indexes),
    }


def _export(arguments: argparse.Namespace) -> Fields:
    hub = open_hub(arguments.data)
    try:
        with hub.store.reading() as connection:
            found = tables(connection, arguments.kind, arguments.as_of or today_of(hub))
    finally:
        hub.store.close()
    if _suffix(arguments.out, ".xlsx", ".csv") == ".xlsx":
        content = workbook_bytes(found, arguments.language)
    elif len(found) == 1:
        content = csv_bytes(*found[0], arguments.language)
    else:
        raise HubError("CSV holds one table", where="--out", advice="name it with --kind, or write .xlsx")
    arguments.out.write_bytes(content)
    return {"file": str(arguments.out), "rows": {sheet.name: len(rows) for sheet, rows in found}}


def _undo(arguments: argparse.Namespace) -> Fields:
    hub = open_hub(arguments.data)
    try:
        done = undo(hub, arguments.change, by=arguments.by)
    finally:
        hub.store.close()
    return {name: list(value) if isinstance(value, tuple) else value for name, value in _fields(done)}


def _fields(body: msgspec.Struct) -> list[tuple[str, object]]:
    return [(name, getattr(body, name)) for name in body.__struct_fields__]


def _dictionary(arguments: argparse.Namespace) -> Fields:
    language = arguments.language
    suffix = _suffix(arguments.out, *_SUFFIXES)
    if suffix == ".xlsx":
        content = workbook_bytes([(dictionary.DICTIONARY, dictionary.rows(language))], language)
    elif suffix == ".csv":
        content = csv_bytes(dictionary.DICTIONARY, dictionary.rows(language), language)
    else:
        content = (dictionary.html(language) if suffix == ".html" else dictionary.markdown(language)).encode()
    arguments.out.write_bytes(content)
    return {"file": str(arguments.out), "fields": sum(len(sheet.columns) for sheet in SHEETS)}


def _suffix(out: Path, *allowed: str) -> str:
    suffix = out.suffix.lower()
    if suffix not in allowed:
        raise HubError(f"{out.name!r} has no known ending", where="--out", advice=f"use {', '.join(allowed)}")
    return suffix
