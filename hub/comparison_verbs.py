"""The verbs ``comparison consent``, ``comparison release`` and ``comparison export``."""

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from hub.comparison.answers import release_view
from hub.comparison.consent import state_consent
from hub.comparison.release import outlook, release
from hub.comparison.sheets import LEVELS, SHEETS, rows_of
from hub.composition import open_hub
from hub.errors import HubError
from hub.tabular.writing import csv_bytes, workbook_bytes

if TYPE_CHECKING:
    Verbs = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001 - argparse has no public name for it

Fields = Mapping[str, object]
AddVerb = Callable[..., argparse.ArgumentParser]
_SUFFIXES = (".xlsx", ".csv", ".json")


def add_comparison_verbs(group: "Verbs", add: AddVerb) -> None:
    """The verbs behind ``comparison``."""
    consent = add(group, "consent", _consent, "an organisation takes part in comparisons, or no longer")
    consent.add_argument("--organisation", required=True, metavar="ORG")
    consent.add_argument("--given", choices=["yes", "no"], required=True)
    made = add(group, "release", _release, "show what a year's comparison would be; with --enter release it, once")
    made.add_argument("--year", type=int, required=True)
    made.add_argument("--enter", action="store_true", help="seal it; a released year stays as it is")
    for named in (consent, made):
        named.add_argument("--by", default="command", metavar="WHO", help="who does it (default: command)")
    given = add(group, "export", _export, "write a released comparison to a file")
    given.add_argument("--year", type=int, required=True)
    given.add_argument("--out", type=Path, required=True, metavar="FILE", help=".xlsx, .json, or .csv for one table")
    given.add_argument("--table", choices=list(SHEETS), default=LEVELS.name, help="of a CSV file (default: levels)")
    given.add_argument("--language", choices=["en", "zh"], default="en")


def _consent(arguments: argparse.Namespace) -> Fields:
    hub = open_hub(arguments.data)
    try:
        stored = state_consent(hub, arguments.organisation, given=arguments.given == "yes", by=arguments.by)
    finally:
        hub.store.close()
    return {"organisation": arguments.organisation, "new": stored is not None, "given": arguments.given == "yes"}


def _release(arguments: argparse.Namespace) -> Fields:
    hub = open_hub(arguments.data)
    try:
        found = msgspec.to_builtins(outlook(hub, arguments.year))
        sealed = release(hub, arguments.year, by=arguments.by).id if arguments.enter else None
    finally:
        hub.store.close()
    return {**found, "log_index": sealed}


def _export(arguments: argparse.Namespace) -> Fields:
    out: Path = arguments.out
    if out.suffix not in _SUFFIXES:
        raise HubError(f"{out.suffix or out.name!r} is no form", where="--out", advice=" ".join(_SUFFIXES))
    hub = open_hub(arguments.data)
    try:
        with hub.store.reading() as connection:
            view = release_view(connection, arguments.year)
    finally:
        hub.store.close()
    if out.suffix == ".json":
        from hub.api.answer import json_bytes  # noqa: PLC0415 - it brings the web along

        content = json_bytes(view) + b"\n"
    elif out.suffix == ".csv":
        sheet = SHEETS[arguments.table]
        content = csv_bytes(sheet, rows_of(sheet, view, arguments.language), arguments.language)
    else:
        tables = [(sheet, rows_of(sheet, view, arguments.language)) for sheet in SHEETS.values()]
        content = workbook_bytes(tables, arguments.language)
    out.write_bytes(content)
    return {"year": arguments.year, "file": str(out), "bytes": len(content)}
