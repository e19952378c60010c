"""Requirements read from the projection and folded."""

from collections.abc import Iterable

import msgspec

from hub.errors import NotFound
from hub.requirement.views import (
    PassedOnView,
    RequirementLine,
    RequirementList,
    RequirementView,
    StandingView,
    StepView,
)
from hub.store.core.database import Reading
from hub.store.core.instant import from_micros
from hub.store.quality.requirements import (
    RequirementsWanted,
    StoredRequirement,
    requirement_changes,
    requirement_statuses,
    stored_requirement,
    stored_requirements,
)
from traceability.record.requirement import (
    Agree,
    Counter,
    Decline,
    End,
    Party,
    RequirementStatusRecord,
    RequirementStep,
)
from traceability.requirement.fold import Requirement, RequirementState, fold, objection


def find(connection: Reading, identity: str) -> tuple[StoredRequirement, Requirement]:
    """A requirement and what it has become; ``NotFound``."""
    stored = stored_requirement(connection, identity)
    if stored is None:
        raise NotFound(f"there is no requirement {identity[:100]!r}", advice="check the id")
    return stored, fold(identity, stored.content, requirement_changes(connection, [identity])[identity])


def folded(connection: Reading, stored: Iterable[StoredRequirement]) -> list[tuple[StoredRequirement, Requirement]]:
    """Each of these with what it has become."""
    several = list(stored)
    changes = requirement_changes(connection, [each.id for each in several])
    return [(each, fold(each.id, each.content, changes[each.id])) for each in several]


def list_view(
    connection: Reading, wanted: RequirementsWanted, state: RequirementState | None, offset: int, limit: int
) -> RequirementList:
    """Those that fit, the latest first."""
    found = folded(connection, stored_requirements(connection, wanted))
    fitting = [pair for pair in found if state is None or pair[1].state is state]
    return RequirementList(
        total=len(fitting), requirements=tuple(_line(*pair) for pair in fitting[offset : offset + limit])
    )


def view(connection: Reading, identity: str) -> RequirementView:
    """Everything of one requirement."""
    stored, now = find(connection, identity)
    onwards = folded(connection, stored_requirements(connection, RequirementsWanted(passes_on=identity)))
    return RequirementView(
        id=identity,
        content=stored.content,
        content_hash=now.content_hash,
        state=now.state,
        terms=now.terms,
        terms_hash=now.terms_hash,
        terms_of=now.terms_of,
        superseded_by=now.superseded_by,
        made_at=from_micros(stored.event_time),
        by=stored.by,
        next={party: _possible(now, party) for party in Party},
        history=tuple(
            StepView(
                change=one.change,
                party=one.party,
                by=one.by,
                made_at=one.made_at,
                content=one.content,
                disputed=one.disputed,
            )
            for one in now.history
        ),
        waiting=now.waiting,
        passed_on=tuple(
            PassedOnView(id=each.id, supplier=each.content.supplier, state=state.state) for each, state in onwards
        ),
        standing=tuple(map(_standing, reversed(requirement_statuses(connection, [identity])[identity]))),
    )


def _standing(one: RequirementStatusRecord) -> StandingView:
    return StandingView(
        at=one.event_time,
        terms=one.terms,
        indicator=one.indicator,
        standing=one.standing,
        value=one.value,
        n=one.n,
        begin=one.begin,
        end=one.end,
        why=one.why,
    )


def _possible(now: Requirement, party: Party) -> tuple[str, ...]:
    tried: dict[str, RequirementStep] = {
        "agree": Agree(terms=now.terms_hash),
        "counter": Counter(terms=msgspec.structs.replace(now.terms, text=now.terms.text + " ")),
        "decline": Decline(reason="?"),
        "end": End(reason="?"),
    }
    return tuple(name for name, one in tried.items() if objection(now, one, party) is None)


def _line(stored: StoredRequirement, now: Requirement) -> RequirementLine:
    content, made_at = stored.content, from_micros(stored.event_time)
    return RequirementLine(
        id=stored.id,
        customer=content.customer,
        supplier=content.supplier,
        part=content.part,
        title=content.title,
        state=now.state,
        indicators=len(now.terms.indicators),
        valid_from=now.terms.valid_from,
        valid_to=now.terms.valid_to,
        made_at=made_at,
        changed_at=max((one.made_at for one in now.history), default=made_at),
        passes_on=None if content.passes_on is None else content.passes_on.requirement,
    )
