"""``/api/v1/policies`` and ``/api/v1/audit``: what is shared with whom, and what was read by whom."""

from datetime import datetime
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response

from hub.accounts.asker import Scope
from hub.api.access import Acting, UsesAsker, UsesHub, audit_of, may
from hub.api.answer import documented, json_answer
from hub.entry.forms import Entered, entered
from hub.errors import ScopeMissing
from hub.sharing.forms import PolicyForm
from hub.sharing.policy import version_text
from hub.sharing.state import state_policy
from hub.store.account.audit import Removed, reads_of, removed_of
from hub.store.core.database import Reading
from hub.store.core.instant import from_micros
from hub.store.sharing.queries import all_policies_of
from traceability.record.sharing import DataKind, Items

router = APIRouter(prefix="/api/v1", tags=["sharing"])
OPERATOR = "operator"


class PolicyView(msgspec.Struct, frozen=True, kw_only=True):
    """A policy as stated; ``version`` is the place of its record in the log, as audit entries cite it."""

    id: str
    owner: str
    partner: str
    part: str
    kinds: tuple[DataKind, ...] | None
    items: Items
    valid_from: datetime
    by: str
    version: str


class ReadView(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of ``owner`` were looked at for ``asker``: how many of each kind, the first items, by which policies."""

    number: int
    at: datetime
    owner: str
    asker: str
    token: str
    asked: str
    kinds: dict[str, int]
    items: tuple[str, ...]
    version: str


class RemovedView(msgspec.Struct, frozen=True, kw_only=True):
    """``reads`` entries from before ``until`` were removed at ``at``, because the operator keeps them no longer."""

    owner: str
    reads: int
    until: datetime
    at: datetime


class AuditView(msgspec.Struct, frozen=True, kw_only=True):
    """Changes of policies, reads, and reads that are no longer kept, each the latest first.

    ``next`` is the cursor of earlier reads. Owner ``*`` is everybody: a question of the operator that may have looked
    at anything.
    """

    policies: tuple[PolicyView, ...]
    reads: tuple[ReadView, ...]
    removed: tuple[RemovedView, ...]
    next: int | None


@router.post("/policies", status_code=201)
def post_policy(form: PolicyForm, acting: Annotated[Acting, Depends(may(Scope.ADMIN))]) -> Entered:
    """Share something, withhold it, or take a policy back; for one's own organisation."""
    acting.side_of(form.owner)
    return entered(state_policy(acting.hub, form))


@router.get("/policies", response_class=Response, responses=documented(tuple[PolicyView, ...]))
def get_policies(hub: UsesHub, asker: UsesAsker, owner: Annotated[str, Query(max_length=200)] = "") -> Response:
    """Every policy an organisation ever stated, the latest first; others see those that speak of them."""
    with hub.store.reading() as connection:
        return json_answer(_policies(connection, owner or asker.organisation))


@router.get("/audit", response_class=Response, responses=documented(AuditView))
def get_audit(
    request: Request,
    hub: UsesHub,
    asker: UsesAsker,
    *,
    owner: Annotated[str, Query(max_length=200)] = "",
    before: Annotated[int | None, Query(ge=1, le=2**62)] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Response:
    """What was read of an owner's records by others, and how its policies changed. Only the owner reads it."""
    whose = owner or asker.organisation
    if not asker.is_operator and whose != asker.organisation:
        raise ScopeMissing("the audit log of others is theirs", advice="leave out 'owner'")
    audit_of(request).settle()
    with hub.store.reading() as connection:
        reads = reads_of(connection, whose or None, before, limit)
        policies = _policies(connection, whose) if whose else ()
        removed = removed_of(connection, whose or None)
    view = AuditView(
        policies=policies,
        reads=tuple(
            ReadView(
                number=one.number,
                at=from_micros(one.at),
                owner=one.owner,
                asker=one.asker or OPERATOR,
                token=one.token,
                asked=one.asked,
                kinds=one.kinds,
                items=tuple(one.items),
                version=one.version,
            )
            for one in reads
        ),
        removed=tuple(map(_removed, removed)),
        next=reads[-1].number if len(reads) == limit else None,
    )
    return json_answer(view)


def _removed(one: Removed) -> RemovedView:
    return RemovedView(owner=one.owner, reads=one.reads, until=from_micros(one.until), at=from_micros(one.at))


def _policies(connection: Reading, owner: str) -> tuple[PolicyView, ...]:
    return tuple(
        PolicyView(
            id=one.id,
            owner=one.owner,
            partner=one.partner,
            part=one.part,
            kinds=one.kinds,
            items=one.items,
            valid_from=one.valid_from,
            by=one.by,
            version=version_text((one.batch_id, one.line)),
        )
        for one in reversed(all_policies_of(connection, owner))
    )
