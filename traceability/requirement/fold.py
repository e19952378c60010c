"""What a requirement has become, by the set of its changes.

::

    PROPOSED ◀──▶ COUNTERED ──▶ AGREED ──▶ SUPERSEDED
        └────────────┴──▶ DECLINED  └────▶ ENDED

Changes are taken in the order in which they rest on each other, those that don't know of each other by their time and
name (``traceability.notification.order``). A step that is not possible in the state it meets is kept and shown as
*disputed*: when both sides propose other terms at once, one pair of terms is the latest, the same on both sides.
Only the side that did not make the latest terms agrees to them, and it names their hash.
"""

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum

import msgspec

from traceability.notification.order import each_once, heads_of, in_order
from traceability.record.requirement import (
    Agree,
    Counter,
    Decline,
    End,
    Party,
    Remark,
    RequirementChangeRecord,
    RequirementContent,
    RequirementStep,
    Supersede,
    Terms,
)
from traceability.requirement.content import RequirementRefused, check_terms, content_hash, terms_hash


class RequirementState(StrEnum):
    """How far a requirement is."""

    PROPOSED = "proposed"
    COUNTERED = "countered"
    AGREED = "agreed"
    DECLINED = "declined"
    SUPERSEDED = "superseded"
    ENDED = "ended"


_OPEN = frozenset({RequirementState.PROPOSED, RequirementState.COUNTERED})


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """One change in its place; ``disputed`` says why it does not count."""

    change: str
    party: Party
    by: str
    made_at: datetime
    content: RequirementStep
    disputed: str | None = None


class Requirement(msgspec.Struct, frozen=True, kw_only=True):
    """All that follows from the content and a set of changes; ``terms`` are the latest, ``terms_of`` made them."""

    id: str
    content: RequirementContent
    content_hash: str
    state: RequirementState
    terms: Terms
    terms_hash: str
    terms_of: Party
    superseded_by: str = ""
    history: tuple[Taken, ...] = ()
    heads: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()

    def in_force(self, day: date) -> bool:
        """Whether it is agreed and valid on a day."""
        ends = self.terms.valid_to
        return self.state is RequirementState.AGREED and self.terms.valid_from <= day and (ends is None or day <= ends)


def begun(identity: str, content: RequirementContent) -> Requirement:
    """A requirement of which nothing but its proposal is known."""
    return Requirement(
        id=identity,
        content=content,
        content_hash=content_hash(content),
        state=RequirementState.PROPOSED,
        terms=content.terms,
        terms_hash=terms_hash(content.terms),
        terms_of=Party.CUSTOMER,
    )


def fold(identity: str, content: RequirementContent, changes: Iterable[RequirementChangeRecord]) -> Requirement:
    """The requirement after ``changes``, given in any order, each as often as one likes."""
    known = each_once(changes)
    order = in_order(known)
    now, history = begun(identity, content), []
    for change in order:
        disputed = objection(now, change.content, change.party)
        history.append(
            Taken(
                change=change.change,
                party=change.party,
                by=change.by,
                made_at=change.made_at,
                content=change.content,
                disputed=disputed,
            )
        )
        if disputed is None:
            now = _after(now, change.content, change.party)
    waiting = tuple(sorted(known.keys() - {change.change for change in order}))
    return msgspec.structs.replace(now, history=tuple(history), heads=heads_of(order), waiting=waiting)


def objection(now: Requirement, step: RequirementStep, party: Party) -> str | None:
    """Why this side may not do this to the requirement as it is; None when it may."""
    if isinstance(step, Remark):
        return None
    if isinstance(step, End | Supersede):
        return None if now.state is RequirementState.AGREED else f"a requirement that is {now.state} can't be ended"
    if now.state not in _OPEN:
        return f"a requirement that is {now.state} is not negotiated any more"
    return _objection_to_terms(now, step, party)


def _objection_to_terms(now: Requirement, step: Counter | Agree | Decline, party: Party) -> str | None:
    if isinstance(step, Decline):
        return None
    if isinstance(step, Agree):
        if party is now.terms_of:
            return f"the latest terms are the {party}'s own: the other side agrees to them"
        return None if step.terms == now.terms_hash else "the terms that were agreed to are not the latest ones"
    try:
        check_terms(step.terms)
    except RequirementRefused as error:
        return error.what
    return "the same terms stand already" if terms_hash(step.terms) == now.terms_hash else None


def _after(now: Requirement, step: RequirementStep, party: Party) -> Requirement:
    if isinstance(step, Counter):
        return msgspec.structs.replace(
            now,
            state=RequirementState.COUNTERED,
            terms=step.terms,
            terms_hash=terms_hash(step.terms),
            terms_of=party,
        )
    if isinstance(step, Supersede):
        return msgspec.structs.replace(now, state=RequirementState.SUPERSEDED, superseded_by=step.by)
    if isinstance(step, Remark):
        return now
    state = RequirementState.DECLINED if isinstance(step, Decline) else RequirementState.ENDED
    return msgspec.structs.replace(now, state=RequirementState.AGREED if isinstance(step, Agree) else state)
