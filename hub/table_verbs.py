"""The verbs ``history import``, ``history list``, ``history undo``, ``requirement import`` and ``table import``."""

import argparse
import sys
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from hub.composition import open_hub
from hub.errors import EntryRefused
from hub.history.importing import Asked, LoadReport, load, look, undo_load
from hub.requirement.act import propose_all
from hub.requirement.sheets import read_proposals
from hub.store.quality.history import loads_of
from hub.tabular.problem import Problem
from traceability.aqdef.letters import Encoding

if TYPE_CHECKING:
    from hub.intake.kinds import FileKind

    Verbs = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - argparse has no public name for it

Fields = Mapping[str, object]
AddVerb = Callable[..., argparse.ArgumentParser]


def add_table_verbs(history: "Verbs", requirement: "Verbs", add: AddVerb) -> None:
    """The verbs behind ``history`` and ``requirement``."""
    past = add(history, "import", _import_history, "look at a file of a plant's past; with --enter load it")
    past.add_argument("--part", default="", help="of an AQDEF file that names none")
    past.add_argument("--operation", default="", help="of an AQDEF file")
    past.add_argument("--note", default="", help="kept with the load")
    past.add_argument("--encoding", choices=list(Encoding), default="", help="of its letters, where it does not show")
    _add_file_options(past)
    listed = add(history, "list", _list_history, "what was loaded into a plant's past")
    undone = add(history, "undo", _undo_history, "a load counts no more; its records stay in the ledger")
    undone.add_argument("load", help="as the import named it")
    undone.add_argument("--reason", required=True)
    undone.add_argument("--by", default="command", metavar="WHO")
    for one in (past, listed, undone):
        one.add_argument("--plant", required=True, metavar="P")
    asked = add(
        requirement, "import", _import_requirements, "look at a table of requirements; with --enter propose them"
    )
    _add_file_options(asked)


def add_stated_verbs(table: "Verbs", add: AddVerb) -> None:
    """The verb behind ``table``: every kind of file that a plant takes, and the targets of an organisation."""
    taken = add(table, "import", _import_table, "look at a file of a plant or an organisation; with --enter enter it")
    taken.add_argument(
        "--kind", required=True, metavar="KIND", help="what it holds; a wrong one is told which there are"
    )
    whose = taken.add_mutually_exclusive_group(required=True)
    whose.add_argument("--plant", default="", metavar="P")
    whose.add_argument("--organisation", default="", metavar="O", help="of organisation-targets")
    _add_file_options(taken)


def _add_file_options(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("file", type=Path)
    verb.add_argument("--enter", action="store_true", help="enter it; without, it is only told what is in it")
    verb.add_argument("--by", default="command", metavar="WHO", help="who enters it (default: command)")
    verb.add_argument("--language", choices=["en", "zh"], default="en", help="of the messages (default: en)")


def _import_history(arguments: argparse.Namespace) -> Fields:
    data = arguments.file.read_bytes()
    names = ("plant", "part", "operation", "note", "encoding")
    asked = Asked(**{name: getattr(arguments, name) for name in names})
    hub = open_hub(arguments.data)
    try:
        report = look(hub, data, asked)
        _refuse(report.problems, arguments)
        if arguments.enter:
            report = load(hub, data, asked, by=arguments.by)
    finally:
        hub.store.close()
    return _loaded(report)


def _loaded(report: LoadReport) -> Fields:
    return {
        "format": report.format,
        "results": report.results,
        "values": report.values,
        "first": None if report.first is None else report.first.isoformat(),
        "last": None if report.last is None else report.last.isoformat(),
        "load": report.load or None,
        "log_indexes": list(report.log_indexes),
        "imported": report.imported,
    }


def _list_history(arguments: argparse.Namespace) -> Fields:
    hub = open_hub(arguments.data)
    try:
        with hub.store.reading() as connection:
            found = loads_of(connection, arguments.plant)
    finally:
        hub.store.close()
    return {"plant": arguments.plant, "loads": [_line(one.id, one.results, one.undone) for one in found]}


def _import_table(arguments: argparse.Namespace) -> Fields:
    data = arguments.file.read_bytes()
    kind, place = _kind_of(arguments)
    hub = open_hub(arguments.data)
    try:
        seen = kind.look(hub, place, data, {})
        _refuse(seen.problems, arguments)
        if arguments.enter:
            kind.enter(hub, place, data, {}, arguments.by)
    finally:
        hub.store.close()
    return {"kind": kind.name, "rows": seen.rows, "entered": arguments.enter}


def _kind_of(arguments: argparse.Namespace) -> tuple["FileKind", str]:
    # half of the start of every verb, for who enters such a file
    from hub.intake.kinds import OF_ORGANISATION, OF_PLANTS  # noqa: PLC0415

    known = {OF_ORGANISATION.name: OF_ORGANISATION} if arguments.organisation else OF_PLANTS
    name: str = arguments.kind
    if name not in known:
        raise EntryRefused(
            f"there is no kind of file {name[:60]!r}", where="kind", advice=f"use one of {', '.join(known)}"
        )
    return known[name], arguments.organisation or arguments.plant


def _line(name: str, results: int, undone: str | None) -> str:
    return f"{name}: {results} results" + ("" if undone is None else f", undone: {undone}")


def _undo_history(arguments: argparse.Namespace) -> Fields:
    hub = open_hub(arguments.data)
    try:
        index = undo_load(hub, arguments.plant, arguments.load, reason=arguments.reason, by=arguments.by)
    finally:
        hub.store.close()
    return {"load": arguments.load, "undone": True, "log_index": index}


def _import_requirements(arguments: argparse.Namespace) -> Fields:
    found = read_proposals(arguments.file.read_bytes())
    _refuse(found.problems, arguments)
    hub = open_hub(arguments.data)
    try:
        made = propose_all(hub, found.contents, arguments.by) if arguments.enter else ()
    finally:
        hub.store.close()
    return {"requirements": len(found.contents), "ids": list(made)}


def _refuse(problems: Collection[Problem], arguments: argparse.Namespace) -> None:
    """``EntryRefused`` unless there are none; every one of them goes to the error output first."""
    for problem in problems:
        sys.stderr.write(problem.told(arguments.language) + "\n")
    if problems:
        raise EntryRefused(
            f"{len(problems)} problems, nothing was entered",
            where=str(arguments.file),
            advice="correct the rows that are named",
        )
