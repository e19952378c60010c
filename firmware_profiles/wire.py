"""Addresses as documents count them become addresses as they are sent.

Makers count registers from 0 or from 1; on the wire the first one is always 0.
"""

from collections.abc import Iterable

import msgspec

from firmware_profiles.errors import ProfileInvalid
from firmware_profiles.format import Forbidden, Point, Profile


def from_zero(file: str, profile: Profile) -> Profile:
    """The profile with addresses that count from 0; ProfileInvalid for an address before the first one."""
    base = profile.address_base
    if base == 0:
        return profile
    layout = msgspec.structs.replace(profile.layout, forbidden=tuple(_gaps(profile.layout.forbidden, base)))
    differences = tuple(
        msgspec.structs.replace(difference, points=tuple(_points(file, difference.points, base)))
        for difference in profile.differences
    )
    points = tuple(_points(file, profile.points, base))
    return msgspec.structs.replace(profile, points=points, layout=layout, differences=differences)


def _points(file: str, points: Iterable[Point], base: int) -> Iterable[Point]:
    for point in points:
        if point.address is None:
            yield point
        elif point.address < base:
            raise ProfileInvalid(file, f"point {point.name}.address", f"expected {base} or more, as address_base says")
        else:
            yield msgspec.structs.replace(point, address=point.address - base)


def _gaps(gaps: Iterable[Forbidden], base: int) -> Iterable[Forbidden]:
    for gap in gaps:
        yield msgspec.structs.replace(gap, first=max(0, gap.first - base), last=gap.last - base)
