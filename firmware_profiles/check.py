"""Prove a profile: every example decodes to what it says, and the parts fit together."""

from decimal import Decimal
from itertools import pairwise

from firmware_profiles.decode import FLOATS, RawScalar, decode
from firmware_profiles.errors import DecodeFault
from firmware_profiles.format import Example, Forbidden, Point, Profile, Protocol, span
from firmware_profiles.handshakes import HANDSHAKES, PERMIT
from firmware_profiles.variant import variants


def problems(profile: Profile) -> list[str]:
    """Everything wrong with a parsed profile, one line each; an empty list means it is proved.

    Every firmware that reads differently is proved like the profile itself.
    """
    found = _problems(profile)
    for version, read in variants(profile).items():
        found.extend(f"firmware {version}: {line}" for line in _problems(read) if line not in found)
    return found


def _problems(profile: Profile) -> list[str]:
    found = [*_role_problems(profile), *_overlaps(profile), *_gap_problems(profile)]
    for number, example in enumerate(profile.examples, start=1):
        wrong = _example_problem(profile.point(example.point), example)
        if wrong:
            found.append(f"example {number} (point {example.point}): {wrong}")
    proved = {example.point for example in profile.examples}
    found.extend(f"point {point.name}: no example proves it" for point in profile.points if point.name not in proved)
    return found


def _role_problems(profile: Profile) -> list[str]:
    if not profile.roles or profile.protocol.told:
        return []
    handshake = HANDSHAKES[profile.handshake]
    written = (*handshake.written, *PERMIT.written)
    needs = (*handshake.needs, *(PERMIT.needs if set(PERMIT.needs) & set(profile.roles) else ()))
    found = [
        f"roles: {role} is missing, the {profile.handshake} handshake needs it"
        for role in needs
        if role not in profile.roles
    ]
    for role, name in profile.roles.items():
        point = profile.point(name)
        if role in written and not point.writable:
            found.append(f"roles.{role}: point {name} must be writable, the agent writes it")
        if role not in written and point.writable:
            found.append(f"roles.{role}: point {name} must not be writable, only the controller writes it")
        if role in ("verdict", "purpose") and not point.enum:
            found.append(f"roles.{role}: point {name} needs an enum")
    return found


def _overlaps(profile: Profile) -> list[str]:
    if profile.protocol.told:
        return []  # two points may look at one field
    if profile.protocol is not Protocol.MODBUS:
        nodes = [point.node for point in profile.points]
        return [
            f"point {p.name}: node {p.node} is used more than once" for p in profile.points if nodes.count(p.node) > 1
        ]
    whole = [point for point in profile.points if point.bit is None and point.mask is None]
    ordered = sorted(whole, key=lambda point: (point.table or "", point.address or 0))
    return [
        f"point {second.name}: overlaps point {first.name}"
        for first, second in pairwise(ordered)
        if first.table is second.table and (first.address or 0) + span(first) > (second.address or 0)
    ]


def _gap_problems(profile: Profile) -> list[str]:
    return [
        f"point {point.name}: lies in the forbidden addresses {gap.first} to {gap.last}"
        for point in profile.points
        for gap in profile.layout.forbidden
        if _touches(point, gap)
    ]


def _touches(point: Point, gap: Forbidden) -> bool:
    first = point.address or 0
    return point.table is gap.table and first <= gap.last and first + span(point) - 1 >= gap.first


def _example_problem(point: Point, example: Example) -> str | None:
    try:
        value = decode(point, example_raw(point, example))
    except DecodeFault as fault:
        return None if example.fault else f"expected {example.value!r}, but {fault.reason}"
    if example.fault:
        return f"expected a fault, decoded {value!r}"
    if value != example.value or isinstance(value, bool) != isinstance(example.value, bool):
        return f"expected {example.value!r}, decoded {value!r}"
    return None


def example_raw(point: Point, example: Example) -> tuple[int, ...] | RawScalar | Decimal:
    """An example's raw content as a driver would give it."""
    raw = example.raw
    if isinstance(raw, list):
        return tuple(raw)
    if point.field is not None:
        return raw
    if isinstance(raw, Decimal) or (point.type in FLOATS and isinstance(raw, int) and not isinstance(raw, bool)):
        return float(raw)
    return raw
