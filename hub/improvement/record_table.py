"""Improvements from a table: begun, and brought to what the rows say by the steps that a person would take.

Rows say what is to hold, not what happened: the steps are what differs. So a file that is sent again enters nothing,
and one that went out, was worked on and came back enters what was changed in it.
"""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from hub.entry.stated_table import Entering, StatedTable, Statements, same_text
from hub.errors import EntryRefused, NotFound
from hub.improvement.act import numbered, require_plant
from hub.improvement.forms import (
    ActionForm,
    CauseForm,
    CloseForm,
    DoneForm,
    ImprovementForm,
    PlanCheckForm,
    ReasonForm,
    ReferenceForm,
    StandardForm,
    TargetForm,
    TeamForm,
    WeakPointForm,
)
from hub.improvement.record_sheets import ACTIONS, BEGUN, CAUSES, CHECKS, RECORD_SHEETS, STANDARDS, check_words
from hub.improvement.turning import Turning, same_proofs, same_target
from hub.store.quality.improvements import StoredImprovement, improvement_changes, stored_improvements
from hub.tabular.problem import Line
from traceability.improvement.state import ActionNow, ActionState, ImprovementState
from traceability.record.improvement import Action, ActionDropped, Cancel, Cause, Close, ImprovementContent

_REFERENCE = ("metric", "line", "operation", "part", "characteristic", "defect", "indicator")
_TARGET = ("direction", "value", "by_when")
_WEAK = ("kind", "subject", "found", "n", "effect")
_BEGUN = ("title", "description", "notification")
Cells = dict[str, Any]


def read_records(entering: Entering, lines: Sequence[Line]) -> Statements:
    """The steps by which improvements come to what the rows say, in the order weak point, causes, actions, check."""
    require_plant(entering.connection, entering.place)
    return _File(entering).read(lines)


class _File:
    """One file that is being read."""

    def __init__(self, entering: Entering) -> None:
        self._entering, self.found = entering, Statements()
        connection, plant = entering.connection, entering.place
        self._known: dict[str, StoredImprovement] = {
            **{one.id: one for one in stored_improvements(connection, plant)},
            **numbered(connection, plant),
        }
        self._turning: dict[str, Turning] = {}

    def read(self, lines: Sequence[Line]) -> Statements:
        """All rows, sheet by sheet, causes before those that they explain."""
        steps: tuple[tuple[str, Callable[[Turning, Cells], None]], ...] = (
            (BEGUN.name, self._team_and_target),
            (CAUSES.name, _cause),
            (ACTIONS.name, _action),
            (CHECKS.name, _check),
            (STANDARDS.name, _standard),
            (BEGUN.name, _end),
        )
        for line in lines:
            if line.sheet == BEGUN.name:
                with self.found.of_row(line, "improvement"):
                    self._begin(line.cells)
        for sheet, step in steps:
            for line in _explained([line for line in lines if line.sheet == sheet]):
                turning = self._of(line)
                if turning is not None:
                    with self.found.of_row(line, "improvement", reference="metric"):
                        step(turning, line.cells)
        for name, turning in self._turning.items():
            self._count(name, turning)
        return self.found

    def _count(self, name: str, turning: Turning) -> None:
        if not turning.records:
            self.found.unchanged += 1
            return
        (self.found.new if turning.fresh else self.found.changed).append(name)
        self.found.records += turning.records

    def _of(self, line: Line) -> Turning | None:
        """The improvement of a row, its problem where there is none; one that could not begin has its problem."""
        name = str(line.cells["improvement"])
        stored = self._known.get(name)
        name = name if stored is None else stored.content.number or stored.id
        if name not in self._turning and stored is not None:
            self._turning[name] = self._of_stored(stored)
        if name in self._turning:
            return self._turning[name]
        if line.sheet != BEGUN.name:
            with self.found.of_row(line, "improvement"):
                raise NotFound(f"there is no improvement {name[:100]!r}", advice="state it on the first sheet")
        return None

    def _of_stored(self, stored: StoredImprovement) -> Turning:
        changes = improvement_changes(self._entering.connection, [stored.id])[stored.id]
        return Turning.known(self._entering, stored.id, stored.content, changes)

    def _begin(self, cells: Cells) -> None:
        name = str(cells["improvement"])
        form = ImprovementForm(
            weak_point=WeakPointForm(**_given(cells, _WEAK)),
            owner=cells["owner"],
            number=name,
            by=self._entering.person,
            **_given(cells, _BEGUN),
        )
        content = form.at(self._entering.place)
        stored = self._known.get(name)
        if stored is None:
            self._turning[name] = Turning.begin(self._entering, content)
        else:
            _refuse_other(name, stored.content, content, cells)

    def _team_and_target(self, turning: Turning, cells: Cells) -> None:
        person = self._entering.person
        now = turning.now
        members = _names(cells["members"]) if "members" in cells else list(now.members)
        if (cells["owner"], tuple(members)) != (now.owner, now.members):
            turning.take(TeamForm(owner=cells["owner"], members=members, by=person).step(), "owner")
        if any(name in cells for name in (*_REFERENCE, *_TARGET)):
            form = TargetForm(
                reference=ReferenceForm(**_given(cells, _REFERENCE)), **_number(_given(cells, _TARGET), "value")
            )
            target = form.at(self._entering.place)
            if not same_target(now.target, target):
                turning.take(target, "metric")


def _refuse_other(name: str, stood: ImprovementContent, said: ImprovementContent, cells: Cells) -> None:
    """What it was begun with is never changed."""
    pairs = [(field, getattr(stood, field), getattr(said, field)) for field in _BEGUN]
    pairs += [(field, getattr(stood.weak_point, field), getattr(said.weak_point, field)) for field in _WEAK]
    for field, one, other in pairs:
        if field in cells and not same_text(one, other):
            raise EntryRefused(
                f"improvement {name[:100]!r} was begun with another {field}",
                where=field,
                advice="what it was begun with is never changed: say more in a remark",
            )


def _explained(lines: list[Line]) -> list[Line]:
    """Causes in the order in which they explain each other; everything else as it stands."""
    waiting = {
        (str(one.cells["improvement"]), str(one.cells.get("cause", ""))) for one in lines if "why_of" in one.cells
    }
    ordered = [one for one in lines if "why_of" not in one.cells]
    left = [one for one in lines if "why_of" in one.cells]
    while left:
        ready = [one for one in left if (str(one.cells["improvement"]), str(one.cells["why_of"])) not in waiting]
        ready = ready or left  # a circle: its rows are refused
        ordered += ready
        waiting -= {(str(one.cells["improvement"]), str(one.cells["cause"])) for one in ready}
        left = [one for one in left if one not in ready]
    return ordered


def _cause(turning: Turning, cells: Cells) -> None:
    said = _given(cells, ("cause", "text", "state", "method", "area", "why_of"))
    step = CauseForm(evidence=_lines(cells["evidence"]), by="-", **said).step("")
    known = turning.now.cause(step.cause)
    if known is None or not _same_cause(known, step):
        turning.take(step, "cause")


def _same_cause(one: Cause, other: Cause) -> bool:
    alike = ("state", "method", "area", "why_of")
    same = all(getattr(one, name) == getattr(other, name) for name in alike)
    return same and same_text(one.text, other.text) and same_proofs(one.evidence, other.evidence)


def _action(turning: Turning, cells: Cells) -> None:
    said = _given(cells, ("action", "text", "owner", "due", "kind"))
    step = ActionForm(causes=_names(cells.get("causes", "")), by="-", **said).step("")
    known = turning.now.action(step.action)
    if known is None or not _same_action(known.action, step):
        turning.take(step, "action")
    state = ActionState(cells.get("state", ActionState.DONE if "done_on" in cells else ActionState.OPEN))
    now = turning.now.action(step.action)
    assert now is not None  # it was just taken
    if state is ActionState.DONE and not _was_done(now, cells):
        done = DoneForm(evidence=_lines(cells.get("evidence", "")), by="-", **_given(cells, ("done_on",)))
        turning.take(done.step(step.action), "done_on")
    elif state is ActionState.DROPPED and now.state is not ActionState.DROPPED:
        reason = ReasonForm(by="-", **_given(cells, ("reason",))).reason
        turning.take(ActionDropped(action=step.action, reason=reason), "reason")


def _same_action(one: Action, other: Action) -> bool:
    alike = ("owner", "due", "kind", "causes")
    return same_text(one.text, other.text) and all(getattr(one, name) == getattr(other, name) for name in alike)


def _was_done(now: ActionNow, cells: Cells) -> bool:
    if now.state is not ActionState.DONE or cells.get("done_on", now.done_on) != now.done_on:
        return False
    return "evidence" not in cells or same_proofs(now.evidence, _lines(cells["evidence"]))


def _check(turning: Turning, cells: Cells) -> None:
    known = turning.now.check(cells["check"])
    said = {name: cell for name, cell in cells.items() if name not in ("improvement", "check")}
    if known is not None:
        stood = check_words(known.plan)
        if any(stood[name] != cell for name, cell in said.items()):
            raise EntryRefused(
                f"check {known.plan.check} was planned otherwise",
                where="check",
                advice="a check is never changed: plan a further one",
            )
        return
    plan = PlanCheckForm(by="-", **_number(said, "level")).step(cells["check"], turning.now.target)
    turning.take(plan, "check")


def _standard(turning: Turning, cells: Cells) -> None:
    said = _given(cells, ("standard", "control_plan", "from_day"))
    step = StandardForm(evidence=_lines(cells["evidence"]), by="-", **said).step()
    if not turning.said_before(step):
        turning.take(step, "standard")


def _end(turning: Turning, cells: Cells) -> None:
    if "end" not in cells or cells["end"] == turning.now.state:
        return
    if cells["end"] == ImprovementState.CANCELLED:
        turning.take(Cancel(reason=ReasonForm(by="-", **_given(cells, ("reason",))).reason), "end")
    else:
        form = CloseForm(by="-", **_given(cells, ("lesson", "recognition")))
        turning.take(Close(lesson=form.lesson, recognition=form.recognition), "end")


def _given(cells: Cells, names: Sequence[str]) -> Cells:
    return {name: cells[name] for name in names if name in cells}


def _number(cells: Cells, name: str) -> Cells:
    """Numbers are texts in forms: exact."""
    return cells | {name: f"{cells[name]:f}"} if name in cells else cells


def _lines(text: object) -> list[str]:
    return [line.strip() for line in str(text).splitlines() if line.strip()]


def _names(text: object) -> list[str]:
    """One a line, or with semicolons between them."""
    return [name for line in _lines(str(text).replace("；", "\n").replace(";", "\n")) for name in [line] if name]


RECORD_TABLE = StatedTable(sheets=RECORD_SHEETS, read=read_records)
"""All of an improvement as a workbook; as CSV its first sheet."""
ONE_BY_ONE = {sheet.name: msgspec.structs.replace(RECORD_TABLE, sheets=(sheet,)) for sheet in RECORD_SHEETS[1:]}
"""The other sheets as CSV files of their own."""
