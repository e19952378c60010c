"""Versions told again as rows of their tables: what is exported comes back by an import without a difference."""

from collections.abc import Iterator, Mapping
from typing import Any

from hub.master.bodies import body_of
from hub.master.kinds import MasterKind
from hub.master.plans import cells_of_rule
from hub.store.master.versions import StoredVersion
from hub.tabular.problem import Cell
from hub.tabular.writing import Row
from traceability.record.master import ControlPlan

_STEP = 10


def rows_of(kind: MasterKind, sheet: str, version: StoredVersion) -> Iterator[Row]:
    """The rows of one version in one of its kind's tables."""
    body = body_of(version)
    valid: dict[str, Cell | None] = {"valid_from": version.begin, "valid_to": version.end}
    if isinstance(body, ControlPlan):
        yield from _rows_of_plan(body, sheet, valid)
        return
    head: dict[str, Cell | None] = {"plant": version.thing.plant or None, **valid}
    head |= dict(zip(kind.about, [version.named], strict=False)) if len(kind.about) == 1 else {}
    head |= {name: getattr(body, name) for name in (*kind.head, *kind.about) if hasattr(body, name)}
    lines = getattr(body, "uses", None) if kind.name == "gauge" else getattr(body, "lines", None)
    if not lines:
        yield _plain(head)
        return
    for line in lines:
        yield _plain({**head, **{name: getattr(line, name) for name in kind.lines}})


def _rows_of_plan(plan: ControlPlan, sheet: str, valid: Mapping[str, Cell | None]) -> Iterator[Row]:
    key: dict[str, Cell | None] = {"plant": plan.plant, "part": plan.part, "revision": plan.revision}
    if sheet == "control-plan":
        yield _plain({**key, "name": plan.name, "name_zh": plan.name_zh, **valid})
    elif sheet == "operation":
        for place, operation in enumerate(plan.operations, start=1):
            yield _plain({**key, "step": place * _STEP, **_fields(operation)})
    elif sheet == "characteristic":
        for one in plan.characteristics:
            yield _plain({**key, **_fields(one)})
    else:
        for rule in plan.alarms:
            yield _plain({**key, **cells_of_rule(rule)})


def _fields(body: Any) -> dict[str, Cell | None]:
    return {name: getattr(body, name) for name in body.__struct_fields__}


def _plain(row: Mapping[str, Cell | None]) -> Row:
    """Without what is empty, and a flag only where it is set: as somebody would fill it in."""
    return {name: value for name, value in row.items() if value not in (None, "", False)}
