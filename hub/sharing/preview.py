"""What a policy would change before it is stated: worked out by the rule that decides in earnest, of nothing sealed.

Told is what a partner may see of each kind and part, not how many records that are: what counts tomorrow is not there
today.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from hub.sharing.forms import PolicyForm
from hub.sharing.policy import EVERY, decide
from hub.store.sharing.queries import StoredPolicy
from traceability.record.sharing import DataKind

NOTHING = "nothing"
_FAR = 2**62
"""A place in the log behind every other: what is stated last decides of two that begin together."""


class KindSeen(msgspec.Struct, frozen=True, kw_only=True):
    """Of one kind: "nothing", "neighbours" (one step up and down), "delivered" or "all", before and after."""

    kind: DataKind
    before: str
    after: str


class PartSeen(msgspec.Struct, frozen=True, kw_only=True):
    """What is seen of one part; '' is every part that is not named."""

    part: str
    kinds: tuple[KindSeen, ...]


class PartnerSees(msgspec.Struct, frozen=True, kw_only=True):
    """What one partner would see of the owner; '' is every company that no policy names."""

    partner: str
    parts: tuple[PartSeen, ...]

    @property
    def changes(self) -> bool:
        """Whether anything would be otherwise."""
        return any(one.before != one.after for part in self.parts for one in part.kinds)


class PolicyPreview(msgspec.Struct, frozen=True, kw_only=True):
    """As of ``valid_from``, by the policies that hold then."""

    owner: str
    valid_from: datetime
    partners: tuple[PartnerSees, ...]


def draft_of(form: PolicyForm, part: str, begins: datetime) -> StoredPolicy:
    """The policy of ``form`` as if it were stated, about ``part`` and from ``begins`` on."""
    return StoredPolicy(
        id="",
        owner=form.owner,
        partner=form.partner,
        part=part,
        kinds=None if form.kinds is None else tuple(sorted(set(form.kinds))),
        items=form.items,
        valid_from=begins,
        by=form.by,
        batch_id=_FAR,
        line=0,
    )


def preview(policies: Sequence[StoredPolicy], draft: StoredPolicy) -> PolicyPreview:
    """What ``draft`` would change; ``policies`` of its owner, also those that begin later."""
    stated = [one for one in policies if one.valid_from <= draft.valid_from]
    named = {one.partner for one in stated} - {EVERY}
    partners = [draft.partner] if draft.partner != EVERY else [EVERY, *sorted(named)]
    return PolicyPreview(
        owner=draft.owner,
        valid_from=draft.valid_from,
        partners=tuple(_partner(partner, stated, draft) for partner in partners),
    )


def _partner(partner: str, stated: Sequence[StoredPolicy], draft: StoredPolicy) -> PartnerSees:
    before, after = (_seen(partner, several, draft.owner) for several in (stated, [*stated, draft]))
    parts = sorted({part for part, _ in before} | {part for part, _ in after} | {EVERY, draft.part})
    return PartnerSees(
        partner=partner,
        parts=tuple(
            PartSeen(
                part=part,
                kinds=tuple(
                    KindSeen(kind=kind, before=_extent(before, part, kind), after=_extent(after, part, kind))
                    for kind in DataKind
                ),
            )
            for part in parts
        ),
    )


_Seen = dict[tuple[str, DataKind], str]


def _seen(partner: str, policies: Sequence[StoredPolicy], owner: str) -> _Seen:
    decided = decide(partner, [owner], policies)
    found: _Seen = {(part, kind): NOTHING for whose, part in decided.named_parts for kind in DataKind if whose == owner}
    return found | {(grant.part, DataKind(grant.kind)): str(grant.items) for grant in decided.grants}


def _extent(seen: _Seen, part: str, kind: DataKind) -> str:
    """A part that no policy names is seen as the others are."""
    return seen.get((part, kind), NOTHING if (part, kind) in seen else seen.get((EVERY, kind), NOTHING))
