"""What policies come to for one asker. Pure: policies in, grants out.

For each owner the policy that speaks most particularly decides, alone: of this partner and this part, else of this
partner, else of every partner and this part, else of every partner and every part. Of two that speak alike the one
that is valid from later decides, then the one sealed later. Nothing is added up: what the deciding policy does not
name is withheld. Where none decides, one step up and down is shared: existence and genealogy of what passed between
owner and asker directly.
"""

from collections.abc import Collection, Iterable, Mapping

import msgspec

from hub.store.sharing.queries import StoredPolicy
from hub.store.sharing.views import Grant
from traceability.record.sharing import DataKind

EVERY = ""
NEIGHBOURS = "neighbours"
BY_DEFAULT = (DataKind.EXISTENCE, DataKind.GENEALOGY)
Version = tuple[int, int]


class Decided(msgspec.Struct, frozen=True, kw_only=True):
    """What one asker may see of everybody; ``versions`` of the policies by which, owner by owner."""

    grants: tuple[Grant, ...]
    named_parts: tuple[tuple[str, str], ...]
    acquaintances: frozenset[str]
    """Who shares something with the asker by a policy, or with whom the asker does."""
    versions: dict[str, Version]


def decide(asker: str, owners: Collection[str], policies: Iterable[StoredPolicy]) -> Decided:
    """What ``asker`` may see of each of ``owners``, by ``policies`` that are valid, in the order of the log."""
    in_force = _in_force(policies)
    grants: list[Grant] = []
    parts: list[tuple[str, str]] = []
    versions: dict[str, Version] = {}
    for owner in sorted(owners):
        if owner == asker:
            continue
        deciding = _deciding(in_force, owner, asker)
        if EVERY not in deciding:
            grants += [Grant(kind, owner, EVERY, NEIGHBOURS) for kind in BY_DEFAULT]
        for part, policy in deciding.items():
            grants += [Grant(kind, owner, part, policy.items) for kind in dict.fromkeys(policy.kinds or ())]
        parts += [(owner, part) for part in deciding if part != EVERY]
        if deciding:
            versions[owner] = max((policy.batch_id, policy.line) for policy in deciding.values())
    shares = {policy.owner for policy in in_force.values() if policy.kinds and policy.partner in (EVERY, asker)}
    shared_with = {policy.partner for policy in in_force.values() if policy.kinds and policy.owner == asker}
    return Decided(
        grants=tuple(grants),
        named_parts=tuple(parts),
        acquaintances=frozenset((shares | shared_with) - {EVERY}),
        versions=versions,
    )


def _in_force(policies: Iterable[StoredPolicy]) -> dict[tuple[str, str, str], StoredPolicy]:
    """The last word on each owner, partner and part; what was taken back is out."""
    last: dict[tuple[str, str, str], StoredPolicy] = {}
    for policy in sorted(policies, key=lambda one: (one.valid_from, one.batch_id, one.line)):
        last[policy.owner, policy.partner, policy.part] = policy
    return {key: policy for key, policy in last.items() if policy.kinds is not None}


def _deciding(in_force: Mapping[tuple[str, str, str], StoredPolicy], owner: str, asker: str) -> dict[str, StoredPolicy]:
    """By part, '' for the others. A policy about this partner leaves those about every partner no say."""
    of_partner = _by_part(in_force, owner, asker)
    of_everybody = _by_part(in_force, owner, EVERY)
    if EVERY in of_partner:
        return of_partner
    return of_everybody | of_partner


def _by_part(
    in_force: Mapping[tuple[str, str, str], StoredPolicy], owner: str, partner: str
) -> dict[str, StoredPolicy]:
    return {key[2]: policy for key, policy in in_force.items() if key[:2] == (owner, partner)}


def version_text(version: Version | None) -> str:
    """How the audit log calls the policies by which something was read."""
    return "default" if version is None else f"{version[0]}:{version[1]}"
