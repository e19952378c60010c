"""Entering and withdrawing targets; one that can't be part of its parent is refused."""

from collections.abc import Mapping, Sequence

import msgspec

from hub.entry.master import require_plant
from hub.entry.seal import Stamp, Stamps, enter
from hub.errors import EntryRefused
from hub.parts import Hub
from hub.store.core.database import Reading
from hub.store.ledger.batches import StoredBatch
from hub.store.master.queries import read_master
from hub.tabular.words import Words
from hub.target.add_up import lies_within
from hub.target.forms import TargetForm, TargetWords, WithdrawalForm
from hub.target.organisation import as_target, standing_wholes
from hub.target.state import MOST_DEEP, children_of, in_force, targets_of
from traceability.record.base import Record
from traceability.record.indicator import TargetRecord

Trouble = tuple[str, Words, Words]
"""Of which column, what is wrong, what to do."""


def state_target(hub: Hub, plant: str, form: TargetForm) -> StoredBatch:
    """State a target, or anew what it is; ``EntryRefused`` says what can't be."""

    def draft(connection: Reading, stamp: Stamps) -> Sequence[Record]:
        require_plant(connection, plant, where="target")
        known = {name: one.now for name, one in in_force(targets_of(connection, [plant]), plant).items()}
        for column, trouble, advice in troubles_of(form, plant, known, wholes_above(connection, plant)):
            raise EntryRefused(trouble.en, where=column, advice=advice.en)
        return [target_record(form, plant, form.entered_by, stamp())]

    stored = enter(hub, draft)
    assert stored is not None  # the draft always has a record
    return stored


def withdraw(hub: Hub, plant: str, name: str, form: WithdrawalForm) -> StoredBatch:
    """A target holds no more; refused while others are parts of it."""

    def draft(connection: Reading, stamp: Stamps) -> Sequence[Record]:
        standing = in_force(targets_of(connection, [plant]), plant)
        if name not in standing:
            raise EntryRefused(f"there is no target {name[:100]!r} in force", where="target", advice="list the targets")
        below = children_of(standing.values()).get(name, [])
        if below:
            parts = ", ".join(one.now.id for one in below[:5])
            raise EntryRefused(f"{name[:100]} has parts: {parts}", where="target", advice="withdraw these first")
        now = msgspec.structs.asdict(standing[name].now) | dict(stamp())
        now |= {"withdrawn": True, "entered_by": form.entered_by, "reason": form.reason}
        return [TargetRecord(**now)]

    stored = enter(hub, draft)
    assert stored is not None  # the draft always has a record
    return stored


def wholes_above(connection: Reading, plant: str) -> dict[str, TargetRecord]:
    """The targets of the plant's organisation that are in force, by id: a plant's target may be a part of one."""
    entry = read_master(connection).plants.get(plant)
    found = {} if entry is None else standing_wholes(connection, entry.organisation.id)
    return {name: as_target(one.now) for name, one in found.items()}


def troubles_of(
    form: TargetWords, plant: str, known: Mapping[str, TargetRecord], wholes: Mapping[str, TargetRecord]
) -> list[Trouble]:
    """Everything that forbids a target beside those in force, and beside ``wholes`` of the organisation."""
    if form.id in wholes:
        text = Words("a target of the organisation is called so", "该编号已用于组织的目标")
        return [("id", text, Words("choose another id", "请使用其他编号"))]
    if form.parent and form.parent not in known and form.parent in wholes:
        return _outside_whole(form, plant, wholes[form.parent]) or _moved(form, plant, known)
    return _misplaced(form, plant, known)


def _misplaced(form: TargetWords, plant: str, known: Mapping[str, TargetRecord]) -> list[Trouble]:
    """As the part of another target of its plant."""
    if not form.parent:
        return _moved(form, plant, known)
    parent = known.get(form.parent)
    if parent is None:
        text = Words(f"there is no target {form.parent[:60]!r} in force", f"没有有效的上级目标 {form.parent[:60]!r}")
        return [("parent", text, Words("state it first", "请先设定上级目标"))]
    above = _above(form.parent, known)
    if form.id in above or form.id == form.parent:
        text = Words("the target would be a part of itself", "目标不能成为自己的下级")
        return [("parent", text, Words("choose another parent", "请选择其他上级目标"))]
    if len(above) >= MOST_DEEP:
        text = Words(f"more than {MOST_DEEP} levels", f"层级超过 {MOST_DEEP}")
        return [("parent", text, Words("make the tree flatter", "请减少层级"))]
    if not lies_within(form.reference(plant), parent.reference):
        text = Words("the place is not within that of the parent", "位置不在上级目标的范围内")
        return [("parent", text, Words("choose a line, operation or part of it", "请选择其下的产线、工序或产品"))]
    return _moved(form, plant, known)


def _outside_whole(form: TargetWords, plant: str, whole: TargetRecord) -> list[Trouble]:
    if lies_within(form.reference(plant), msgspec.structs.replace(whole.reference, plant=plant)):
        return []
    text = Words("the place is not within that of the parent", "位置不在上级目标的范围内")
    return [("parent", text, Words("choose its product, operation or characteristic", "请选择其产品、工序或特性"))]


def target_record(form: TargetWords, plant: str, by: str, stamp: Stamp) -> TargetRecord:
    """The record of a target."""
    return TargetRecord(
        id=form.id,
        plant=plant,
        reference=form.reference(plant),
        direction=form.direction,
        value=f"{form.value:f}",
        currency=form.currency,
        first=form.first,
        last=form.last,
        days=form.days,
        owner=form.owner,
        parent=form.parent,
        name=form.name,
        entered_by=by,
        **stamp,
    )


def _moved(form: TargetWords, plant: str, known: Mapping[str, TargetRecord]) -> list[Trouble]:
    """Parts must still lie within it."""
    place = form.reference(plant)
    outside = [one.id for one in known.values() if one.parent == form.id and not lies_within(one.reference, place)]
    if not outside:
        return []
    text = Words(
        f"its parts would lie outside: {', '.join(outside[:5])}", f"其下级目标将超出范围：{', '.join(outside[:5])}"
    )
    return [("id", text, Words("move or withdraw these first", "请先调整或撤销下级目标"))]


def _above(name: str, known: Mapping[str, TargetRecord]) -> list[str]:
    """The parents of a target, itself first."""
    found: list[str] = []
    while name and name not in found and name in known:
        found.append(name)
        name = known[name].parent
    return found
