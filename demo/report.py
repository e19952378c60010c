"""The summary as people read it, and as one line of JSON."""

import json
from collections.abc import Iterator
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table

from demo.figures import FirstPassFigures, OperationFigures, SubjectFigures, Summary


def print_summary(console: Console, summary: Summary) -> None:
    """Tables of operations and plants, and what was proved."""
    console.print(_operations(summary))
    console.print("Level 质量管理能力等级: the minimum of all metrics and dimensions", highlight=False)
    for line in _plants(summary):
        console.print(line, highlight=False)
    hub = summary.hub
    finished = "finished unit" if hub.finished_units == 1 else "finished units"
    console.print(
        f"{hub.finished_units} {finished} traceable, {hub.unit_results} results, {hub.records} records in "
        f"{hub.batches} batches; {summary.alarms} early warnings, quarantined {hub.quarantined}, gaps {hub.gaps}, "
        f"duplicates {hub.duplicates}, restarts {summary.restarts}, {summary.seconds:.0f} s",
        highlight=False,
    )
    if summary.trace is not None:
        trace = summary.trace
        console.print(
            f"trace of {trace.unit}: {trace.nodes} nodes, suppliers {', '.join(trace.suppliers)}; "
            f"{trace.proofs_verified} records proved offline",
            highlight=False,
            soft_wrap=True,
        )


def summary_json(summary: Summary, problems: tuple[str, ...]) -> str:
    """One JSON object on one line."""
    whole: dict[str, Any] = {
        **msgspec.to_builtins(summary.hub),
        "operations": [_counts(figures) for figures in summary.operations],
        "fpy": {figures.name: _fpy(figures) for figures in summary.operations},
        "rty": summary.rty,
        "level": msgspec.to_builtins(summary.level),
        "alarms": summary.alarms,
        "trace": msgspec.to_builtins(summary.trace),
        "page": summary.page,
        "restarts": summary.restarts,
        "seconds": round(summary.seconds, 1),
        "problems": problems,
    }
    return json.dumps(whole, ensure_ascii=False)


def failure_json(reason: str) -> str:
    """The last line of a demo that did not come to its end."""
    return json.dumps({"finished_units": None, "problems": [reason]}, ensure_ascii=False)


def _counts(figures: OperationFigures) -> dict[str, Any]:
    counted = {"produced": figures.produced, "recorded": figures.recorded, "on_hub": figures.on_hub}
    return {"plant": figures.plant, "operation": figures.operation, **counted}


def _fpy(figures: OperationFigures) -> dict[str, Any]:
    return {
        "claimed": msgspec.to_builtins(figures.claimed),
        "recomputed": msgspec.to_builtins(figures.recomputed),
        "value": figures.over_all.fpy,
    }


def _operations(summary: Summary) -> Table:
    title = "Cycles made by the machines, results recorded by the agents and held by the hub"
    table = Table(title=title, box=None, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column("plant", no_wrap=True)
    table.add_column("op", no_wrap=True)
    for title in ("made", "recorded", "on hub", "claimed", "recomputed", "FPY"):
        table.add_column(title, justify="right", no_wrap=True)
    for each in summary.operations:
        counts = (str(each.produced), str(each.recorded), str(each.on_hub))
        shares = (_first_ok(each.claimed), _first_ok(each.recomputed), _percent(each.recomputed))
        table.add_row(each.plant, each.operation, *counts, *shares)
    return table


def _first_ok(figures: FirstPassFigures) -> str:
    return f"{figures.first_ok}/{figures.submitted}"


def _percent(figures: FirstPassFigures) -> str:
    return "-" if figures.fpy is None else f"{figures.fpy:.1%}"


FORMATS = {
    "sigma": "{:,.0f} ppm",
    "cpk": "{:.2f}",
    "rty": "{:.1%}",
    "internal-loss": "{:.2%}",
    "external-loss": "{:.2%}",
}


def _plants(summary: Summary) -> Iterator[str]:
    """Two or three lines a plant, readable on any width: the Level, what holds it, and every subject."""
    for plant, level in summary.level.items():
        rated = "" if level.rated else ", not rated"
        yield f"{plant}: {level.level} {level.name_zh}{rated}, held by {', '.join(level.binding)}"
        yield "    " + "; ".join(_subject(*subject) for subject in level.subjects.items())


def _subject(name: str, figures: SubjectFigures) -> str:
    if figures.reason is not None:
        return f"{name} {figures.reason}"
    shown = "" if figures.value is None else f" {FORMATS[name].format(figures.value)}"
    return f"{name}{shown} {figures.level}"
