"""``/api/v1/policies`` and ``/api/v1/audit``: what is shared with whom, and what was read by whom."""

from datetime import datetime
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import AwareDatetime

from hub.accounts.asker import Scope
from hub.api.access import Acting, UsesAsker, UsesHub, audit_of, may
from hub.api.answer import documented, json_answer
from hub.entry.forms import Entered, entered
from hub.errors import EntryRefused, ScopeMissing
from hub.parts import Hub
from hub.sharing.audit import AuditDesk
from hub.sharing.forms import PolicyForm
from hub.sharing.preview import PolicyPreview
from hub.sharing.reads import PartnerReads, ReadsAsked, by_partner, look_back
from hub.sharing.state import check_may_state, preview_policy, state_policy
from hub.sharing.told import PolicyView, told
from hub.store.account.audit import Removed, StoredRead, removed_of
from hub.store.core.instant import from_micros, is_storable
from hub.store.sharing.queries import all_policies_of

router = APIRouter(prefix="/api/v1", tags=["sharing"])
OPERATOR = "operator"


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
    at anything. ``partners`` sums up what fits among the ``entries`` that were looked through; these reach back to
    ``looked_back_to``, or None when there are no earlier ones.
    """

    policies: tuple[PolicyView, ...]
    reads: tuple[ReadView, ...]
    removed: tuple[RemovedView, ...]
    partners: tuple[PartnerReads, ...]
    entries: int
    looked_back_to: datetime | None
    next: int | None


class AskedOfReads(msgspec.Struct, frozen=True, kw_only=True):
    """What the address asks of the log of reads."""

    owner: str | None
    limit: int
    reads: ReadsAsked


def asked_of_reads(  # noqa: PLR0917 - what the address may say
    asker: UsesAsker,
    owner: Annotated[str, Query(max_length=200)] = "",
    before: Annotated[int | None, Query(ge=1, le=2**62)] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    partner: Annotated[str, Query(max_length=200)] = "",
    kind: Annotated[str, Query(max_length=40)] = "",
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
) -> AskedOfReads:
    """``partner`` "operator" is the operator of the hub; ``ScopeMissing`` when it is another one's log."""
    whose = owner or asker.organisation
    if not asker.is_operator and whose != asker.organisation:
        raise ScopeMissing("the audit log of others is theirs", advice="leave out 'owner'")
    for instant in (since, until):
        if instant is not None and not is_storable(instant):
            raise EntryRefused(f"{instant.isoformat()} is no time that can be asked for", advice="name another")
    reads = ReadsAsked(
        owner=whose or None,
        before=before,
        asker=None if not partner else "" if partner == OPERATOR else partner,
        kind=kind,
        since=since,
        until=until,
    )
    return AskedOfReads(owner=whose or None, limit=limit, reads=reads)


UsesAskedOfReads = Annotated[AskedOfReads, Depends(asked_of_reads)]


@router.post("/policies", status_code=201)
def post_policy(form: PolicyForm, acting: Annotated[Acting, Depends(may(Scope.ADMIN))]) -> Entered:
    """Share something, withhold it, or take a policy back; for one's own organisation."""
    check_may_state(acting.asker, form.owner)
    return entered(state_policy(acting.hub, form))


@router.post("/policies/preview", response_class=Response, responses=documented(PolicyPreview))
def post_preview(form: PolicyForm, acting: Annotated[Acting, Depends(may(Scope.ADMIN))]) -> Response:
    """What a policy would change, before it is stated: what partners see of each kind and part now, and then."""
    check_may_state(acting.asker, form.owner)
    with acting.hub.store.reading() as connection:
        return json_answer(preview_policy(connection, form, acting.hub.clock()))


@router.get("/policies", response_class=Response, responses=documented(tuple[PolicyView, ...]))
def get_policies(hub: UsesHub, asker: UsesAsker, owner: Annotated[str, Query(max_length=200)] = "") -> Response:
    """Every policy an organisation ever stated, the latest first; others see those that speak of them."""
    with hub.store.reading() as connection:
        return json_answer(told(all_policies_of(connection, owner or asker.organisation), hub.clock()))


@router.get("/audit", response_class=Response, responses=documented(AuditView))
def get_audit(request: Request, hub: UsesHub, asked: UsesAskedOfReads) -> Response:
    """What was read of an owner's records by others, and how its policies changed. Only the owner reads it."""
    return json_answer(audit_view(hub, audit_of(request), asked))


def audit_view(hub: Hub, desk: AuditDesk, asked: AskedOfReads) -> AuditView:
    """The log of reads and of policies, as the asker of ``hub`` may see it."""
    desk.settle()
    with hub.store.reading() as connection:
        looked = look_back(connection, asked.reads)
        policies = told(all_policies_of(connection, asked.owner), hub.clock()) if asked.owner else ()
        removed = removed_of(connection, asked.owner)
    reads = looked.found[: asked.limit]
    return AuditView(
        policies=policies,
        reads=tuple(map(_read, reads)),
        removed=tuple(map(_removed, removed)),
        partners=tuple(msgspec.structs.replace(one, asker=one.asker or OPERATOR) for one in by_partner(looked.found)),
        entries=looked.entries,
        looked_back_to=looked.back_to_at,
        next=reads[-1].number if len(looked.found) > len(reads) else looked.back_to,
    )


def _read(one: StoredRead) -> ReadView:
    return ReadView(
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


def _removed(one: Removed) -> RemovedView:
    return RemovedView(owner=one.owner, reads=one.reads, until=from_micros(one.until), at=from_micros(one.at))
