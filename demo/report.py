"""The summary as people read it, and as one line of JSON."""

import json
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table

from demo.figures import FirstPassFigures, OperationFigures, SubjectFigures, Summary


def print_summary(console: Console, summary: Summary) -> None:
    """Tables of operations and plants, and what was proved."""
    console.print(_operations(summary))
    console.print(_plants(summary))
    hub = summary.hub
    console.print(
        f"{hub.finished_units} finished units traceable, {hub.unit_results} results, {hub.records} records in "
        f"{hub.batches} batches; quarantined {hub.quarantined}, gaps {hub.gaps}, duplicates {hub.duplicates}, "
        f"restarts {summary.restarts}, {summary.seconds:.0f} s",
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
        "trace": msgspec.to_builtins(summary.trace),
        "page": summary.page,
        "restarts": summary.restarts,
        "seconds": round(summary.seconds, 1),
        "problems": problems,
    }
    return json.dumps(whole, ensure_ascii=False)


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
    table = Table(title="Operations: cycles produced, results recorded by the agent, results on the hub")
    for title in ("plant", "operation"):
        table.add_column(title, no_wrap=True)
    for title in ("produced", "recorded", "on hub", "FPY claimed", "FPY recomputed"):
        table.add_column(title, justify="right")
    for each in summary.operations:
        counts = (str(each.produced), str(each.recorded), str(each.on_hub))
        table.add_row(each.plant, each.operation, *counts, _yield(each.claimed), _yield(each.recomputed))
    return table


def _yield(figures: FirstPassFigures) -> str:
    share = "not rated" if figures.fpy is None else f"{figures.fpy:.1%}"
    return f"{figures.first_ok}/{figures.submitted} = {share}"


FORMATS = {
    "sigma": "{:,.0f} ppm",
    "cpk": "{:.2f}",
    "rty": "{:.1%}",
    "internal-loss": "{:.2%}",
    "external-loss": "{:.2%}",
}


def _plants(summary: Summary) -> Table:
    table = Table(title="Plants: Level 质量管理能力等级, the minimum of all; * binds it")
    table.add_column("plant", no_wrap=True)
    table.add_column("Level", no_wrap=True)
    subjects = next(iter(summary.level.values())).subjects
    for subject in subjects:
        table.add_column(subject, justify="right")
    for plant, level in summary.level.items():
        name = f"{level.level} {level.name_zh}" + ("" if level.rated else ", not rated")
        cells = [_subject(subject, figures, level.binding) for subject, figures in level.subjects.items()]
        table.add_row(plant, name, *cells)
    return table


def _subject(name: str, figures: SubjectFigures, binding: tuple[str, ...]) -> str:
    mark = " *" if name in binding else ""
    if figures.reason is not None:
        return f"{figures.reason}{mark}"
    shown = "" if figures.value is None else f" {FORMATS[name].format(figures.value)}"
    return f"{figures.level}{shown}{mark}"
