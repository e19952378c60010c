"""The figures at the end: the controllers' counts, the agents' outboxes, the hub's answers, the offline check."""

import json
from typing import TypeVar

import msgspec

from demo import hub_answers as answers
from demo.counts import read_counts
from demo.figures import (
    FirstPassFigures,
    HubFigures,
    LevelFigures,
    OperationFigures,
    SubjectFigures,
    Summary,
    TraceFigures,
)
from demo.hub_client import HubClient
from demo.setup import Stage, agent_folder, run_command
from demo.stock import Shipped, Stock
from demo.story.lines import LINES
from demo.story.oem import OEM
from demo.story.shape import Line
from edge_agent.composition import wall_clock
from edge_agent.config.load import load_config
from edge_agent.status import Status, read_status
from traceability.identifier.item import unit_uri
from traceability.quality.level import Level

T = TypeVar("T", bound=msgspec.Struct)


def operation_figures(stage: Stage, hub: HubClient) -> tuple[OperationFigures, ...]:
    """Every operation of every line, in the order of the routings."""
    found: list[OperationFigures] = []
    for line in LINES.values():
        found += _of_line(stage, line, _plant(hub, line), agent_status(stage, line))
    return tuple(found)


def summarise(stage: Stage, hub: HubClient, seconds: float, restarts: int) -> Summary:
    """Everything, read once."""
    plants = {line.plant: _plant(hub, line) for line in LINES.values()}
    finished = Stock(stage.plan.data, OEM.ships).units()
    return Summary(
        units=stage.plan.units,
        hub=_read(hub, "/api/v1/summary", HubFigures),
        wrong_genealogy=_wrong_genealogy(stage, hub, finished),
        operations=operation_figures(stage, hub),
        unsent={line.author: _unsent(agent_status(stage, line)) for line in LINES.values()},
        rty={plant: found.rolled.value for plant, found in plants.items()},
        level={plant: _level(found.grade) for plant, found in plants.items()},
        alarms=_read(hub, "/api/v1/alarms?limit=1", answers.Total).total,
        trace=_proved_trace(stage, hub, finished[0]) if finished else None,
        seconds=seconds,
        restarts=restarts,
        page=stage.hub_url + "/",
    )


def _plant(hub: HubClient, line: Line) -> answers.Plant:
    """The scorecard of a line's plant."""
    return _read(hub, f"/api/v1/plants/{line.plant}", answers.Plant)


def agent_status(stage: Stage, line: Line) -> Status:
    """A line's agent by its own outbox, whether it runs or not."""
    return read_status(load_config(agent_folder(stage.plan.data, line.name) / "agent.toml"), wall_clock())


def _of_line(stage: Stage, line: Line, plant: answers.Plant, agent: Status) -> tuple[OperationFigures, ...]:
    counts = read_counts(stage.plan.data, line.name)
    produced = {} if counts is None else {name: sum(s.verdicts.values()) for name, s in counts.stations.items()}
    recorded = {each.operation: each.attempts + each.invalid + each.not_decidable for each in agent.operations}
    on_hub = {each.operation.id: each for each in plant.operations}
    return tuple(
        _operation(line.plant, name, produced.get(name, 0), recorded.get(name, 0), on_hub.get(name))
        for name in (step.operation.id for step in line.steps)
    )


def _operation(
    plant: str, name: str, produced: int, recorded: int, found: answers.Operation | None
) -> OperationFigures:
    return OperationFigures(
        plant=plant,
        operation=name,
        produced=produced,
        recorded=recorded,
        on_hub=found.results if found else 0,
        claimed=_sum([claim.claimed for claim in found.claims]) if found else FirstPassFigures(),
        recomputed=_sum([claim.recomputed for claim in found.claims]) if found else FirstPassFigures(),
        over_all=found.counts if found else FirstPassFigures(),
        unclaimed=found.unclaimed if found else (),
    )


def _sum(parts: list[FirstPassFigures]) -> FirstPassFigures:
    fields = FirstPassFigures.__struct_fields__
    return FirstPassFigures(**{name: sum(getattr(part, name) for part in parts) for name in fields})


def _unsent(status: Status) -> int:
    return status.unsealed_records + status.unsent_batches


def _level(grade: answers.Grade) -> LevelFigures:
    subjects = {
        each.metric: SubjectFigures(level=f"L{each.level}", value=each.value, reason=each.reason)
        for each in grade.metrics
    }
    subjects |= {
        each.dimension: SubjectFigures(
            level=f"L{each.level}", value=None, reason=None if each.rated else "not-measured"
        )
        for each in grade.dimensions
    }
    return LevelFigures(
        level=f"L{grade.level}",
        name_zh=Level(grade.level).zh,
        rated=grade.rated,
        binding=grade.binding,
        subjects=subjects,
    )


def _wrong_genealogy(stage: Stage, hub: HubClient, finished: list[Shipped]) -> tuple[str, ...]:
    """Serials of units whose trace names other components than the ones that went in, or disputes them."""
    taken = [Stock(stage.plan.data, kind).units() for kind in OEM.takes]
    wrong = []
    for unit, *components in zip(finished, *taken, strict=False):
        wanted = {unit_uri(component.gtin, component.serial) for component in components}
        nodes = [node for node in _trace(hub, unit).nodes if node.kind == "unit" and node.depth != 0]
        if {node.item for node in nodes} != wanted or any(node.disputed for node in nodes):
            wrong.append(unit.serial)
    return tuple(wrong)


def _trace(hub: HubClient, unit: Shipped) -> answers.Trace:
    return _read(hub, f"/api/v1/trace/{unit.gtin}/{unit.serial}", answers.Trace)


def _proved_trace(stage: Stage, hub: HubClient, unit: Shipped) -> TraceFigures:
    """Download the unit's evidence and have ``zhuoyue-verify`` check it by the log's key, as a stranger would."""
    file = stage.plan.data / f"evidence-{unit.serial}.json"
    file.write_bytes(hub.content(f"/api/v1/units/{unit.gtin}/{unit.serial}/evidence"))
    done = run_command("traceability.verify", str(file), "--log-key", stage.log_key, "--json")
    nodes = _trace(hub, unit).nodes
    makers = {node.organisation.id for node in nodes if node.organisation is not None}
    return TraceFigures(
        unit=unit_uri(unit.gtin, unit.serial),
        nodes=len(nodes),
        suppliers=tuple(sorted(makers - {OEM.organisation})),
        proofs_verified=json.loads(done.stdout)["records_proved"] if done.returncode == 0 else 0,
        verified=done.returncode == 0,
        said="" if done.returncode == 0 else (done.stdout + done.stderr)[-500:],
    )


def _read(hub: HubClient, path: str, kind: type[T]) -> T:
    return msgspec.convert(hub.get(path), kind)
