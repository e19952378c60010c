"""Cases entered by hand with what shows them, or made from an improvement that was closed as effective."""

from collections.abc import Sequence

import msgspec

from hub.entry.seal import Stamps, enter
from hub.errors import EntryRefused, NotFound
from hub.improvement.act import log_index, require_plant
from hub.improvement.read import find
from hub.knowledge.views import Kept
from hub.master.build import canonical_part
from hub.parts import Hub
from hub.store.core.database import Reading
from hub.store.ledger.authors import latest_organisation
from hub.store.quality.knowledge import KnowledgeWanted, knowledge_like, stored_knowledge
from traceability.improvement.state import ActionState, Improvement, ImprovementState
from traceability.quality.effect.finding import EffectVerdict
from traceability.record.base import Record
from traceability.record.improvement import ActionKind, CauseState, Checked
from traceability.record.knowledge import EVERYBODY, KnowledgeContent, KnowledgeRecord

ID_BYTES = 16
_LONGEST = 2000


def keep(hub: Hub, content: KnowledgeContent, shared_with: Sequence[str], by: str) -> Kept:
    """A new case; ``NotFound`` for an unknown plant, ``EntryRefused`` for partners that nobody entered."""
    identity = new_case_id(hub)

    def draft(connection: Reading, stamp: Stamps) -> Sequence[Record]:
        require_plant(connection, content.plant)
        _refuse_numbered(connection, content)
        return [case_record(connection, identity, content, shared_with, by, stamp)]

    return Kept(id=identity, log_index=log_index(enter(hub, draft)))


def keep_improvement(  # noqa: PLR0917 - what a case is made of
    hub: Hub, plant: str, improvement: str, machine_type: str, shared_with: Sequence[str], by: str,
    *, best_case: bool = False,
) -> Kept:  # fmt: skip
    """A case of what worked in an improvement; ``EntryRefused`` unless it was closed as effective, and only once.

    ``NotFound`` also for an improvement of another plant: ``plant`` is the one for which somebody may act.
    """
    identity = new_case_id(hub)

    def draft(connection: Reading, stamp: Stamps) -> Sequence[Record]:
        _, now = find(connection, improvement)
        if now.content.plant != plant:
            raise NotFound(f"plant {plant[:100]!r} has no improvement {improvement[:100]!r}", advice="check the id")
        if knowledge_like(connection, KnowledgeWanted(improvement=improvement)):
            raise EntryRefused("it is in the knowledge base already", where=improvement, advice="change its case")
        content = case_of(now, machine_type, best_case=best_case)
        return [case_record(connection, identity, content, shared_with, by, stamp)]

    return Kept(id=identity, log_index=log_index(enter(hub, draft)))


def change(
    hub: Hub, identity: str, content: KnowledgeContent | None, shared_with: Sequence[str], by: str, *, withdrawn: bool
) -> Kept:
    """The case as it is from now on; None leaves its content as it is."""

    def draft(connection: Reading, stamp: Stamps) -> Sequence[Record]:
        stored = stored_knowledge(connection, identity)
        if stored is None:
            raise NotFound(f"there is no case {identity[:100]!r}", advice="GET /api/v1/knowledge finds them")
        latest = stored.record.content
        if content is not None and content.plant != latest.plant:
            raise EntryRefused("a case stays with its plant", where=f"case {identity}", advice="enter another one")
        said = latest if content is None else msgspec.structs.replace(content, number=latest.number)
        record = case_record(connection, identity, said, shared_with, by, stamp)
        return [msgspec.structs.replace(record, withdrawn=withdrawn)]

    return Kept(id=identity, log_index=log_index(enter(hub, draft)))


def case_of(now: Improvement, machine_type: str = "", *, best_case: bool = False) -> KnowledgeContent:
    """What an improvement taught: confirmed causes, the actions against them, and the check that showed the effect."""
    result = now.latest_check.result if now.latest_check is not None else None
    if now.state is not ImprovementState.CLOSED or result is None or result.verdict is not EffectVerdict.EFFECTIVE:
        raise EntryRefused(
            "only an improvement that was closed with an effect shown by a test becomes a case by itself",
            where=f"improvement {now.id}",
            advice="enter the case by hand, with what shows it",
        )
    causes = [one.text for one in now.causes if one.state is CauseState.CONFIRMED]
    done = [one for one in now.actions if one.state is ActionState.DONE]
    actions = [one.action.text for one in done if one.action.kind is not ActionKind.CONTAINMENT]
    reference = now.target.reference if now.target is not None else None
    evidence = [f"improvement {now.id}", *(text for one in done for text in one.evidence)]
    return KnowledgeContent(
        plant=now.content.plant,
        title=now.content.title,
        problem=_joined([now.content.weak_point.subject, now.content.weak_point.found, now.content.weak_point.effect]),
        cause=_joined(causes) or "no cause was confirmed",
        action=_joined(actions) or _joined([one.standard for one in now.standards]),
        result=_result(now, result),
        part="" if reference is None else reference.part,
        characteristic="" if reference is None else reference.characteristic,
        defect="" if reference is None else reference.defect,
        operation="" if reference is None else reference.operation,
        machine_type=machine_type,
        evidence=tuple(dict.fromkeys(evidence))[:20],
        improvement=now.id,
        best_case=best_case,
    )


def _result(now: Improvement, result: Checked) -> str:
    planned = now.latest_check
    assert planned is not None
    lesson = now.close.lesson if now.close is not None else ""
    figures = (
        f"{planned.plan.reference.metric} {result.before.value} -> {result.after.value}"
        f" (n {result.before.n}, {result.after.n}; {planned.plan.test}, p = {result.p_looks}, look {result.look})"
    )
    return _joined([figures, lesson])


def _joined(texts: Sequence[str]) -> str:
    return "\n".join(text for text in texts if text)[:_LONGEST]


def case_record(  # noqa: PLR0917 - what a case is
    connection: Reading, identity: str, content: KnowledgeContent, shared_with: Sequence[str], by: str, stamp: Stamps
) -> KnowledgeRecord:
    """The record of a case; ``EntryRefused`` for partners that nobody entered."""
    partners = tuple(dict.fromkeys(shared_with))
    for one in partners:
        if one != EVERYBODY and latest_organisation(connection, one) is None:
            raise EntryRefused(
                f"there is no organisation {one[:100]!r}", where="shared_with", advice="add the company first"
            )
    named = msgspec.structs.replace(content, part=canonical_part(content.part) or content.part)
    return KnowledgeRecord(id=identity, content=named, shared_with=partners, entered_by=by, **stamp())


def _refuse_numbered(connection: Reading, content: KnowledgeContent) -> None:
    """A number names one case of a plant, withdrawn or not."""
    every = knowledge_like(connection, KnowledgeWanted(plant=content.plant, withdrawn=True)) if content.number else []
    if any(one.record.content.number == content.number for one in every):
        raise EntryRefused(
            f"there is a case {content.number[:100]!r} already", where="number", advice="give it another number"
        )


def new_case_id(hub: Hub) -> str:
    """Of a case that is new."""
    return f"case-{hub.random_bytes(ID_BYTES).hex()}"
