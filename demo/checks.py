"""What must hold at the end; one clear line for each thing that does not."""

from collections.abc import Iterator

from demo.figures import OperationFigures, Summary


def problems(summary: Summary) -> tuple[str, ...]:
    """Empty when everything that was produced is on the hub, claimed rightly and proved."""
    return (
        *_units(summary),
        *(problem for figures in summary.operations for problem in _operation(figures)),
        *_losses(summary),
        *_trace(summary),
    )


def _units(summary: Summary) -> Iterator[str]:
    if summary.hub.finished_units != summary.units:
        yield f"{summary.hub.finished_units} finished units are traceable, {summary.units} were wanted"
    if summary.wrong_genealogy:
        yield f"traces that do not name what was put in: {', '.join(summary.wrong_genealogy[:10])}"


def _operation(figures: OperationFigures) -> Iterator[str]:
    if not figures.produced == figures.recorded == figures.on_hub:
        yield (
            f"{figures.name}: {figures.produced} cycles produced, {figures.recorded} recorded by the agent, "
            f"{figures.on_hub} on the hub"
        )
    if figures.claimed != figures.recomputed:
        yield f"{figures.name}: claimed {_told(figures.claimed)}, the hub recomputes {_told(figures.recomputed)}"
    elif figures.claimed != figures.over_all:
        yield f"{figures.name}: claimed {_told(figures.claimed)}, over all records it is {_told(figures.over_all)}"
    if figures.unclaimed:
        yield f"{figures.name}: results but no claim by {', '.join(figures.unclaimed)}"


def _losses(summary: Summary) -> Iterator[str]:
    found = {
        "quarantined records": summary.hub.quarantined,
        "batches or records missing in chains": summary.hub.gaps,
        "results stored twice": summary.hub.duplicates,
        "forked batches": summary.hub.forks,
        "declared losses": summary.hub.data_losses,
    }
    yield from (f"{count} {what}" for what, count in found.items() if count)
    for author, count in summary.unsent.items():
        if count:
            yield f"{author}: {count} records or batches never reached the hub"


def _trace(summary: Summary) -> Iterator[str]:
    if summary.trace is None:
        yield "no unit was finished, so none could be proved"
    elif not summary.trace.verified:
        yield f"the evidence of {summary.trace.unit} was not proved: {summary.trace.said}"


def _told(figures: object) -> str:
    return str(figures).partition("(")[2].rstrip(")")
