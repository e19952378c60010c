"""A profile as one firmware reads it: its differences applied, in the order in which the file gives them."""

import msgspec

from firmware_profiles.format import Difference, Profile
from firmware_profiles.version import bounds, in_range


def variant(profile: Profile, firmware: str | None) -> Profile:
    """The profile for a firmware version; unchanged when that is unknown or nothing differs."""
    if firmware is None:
        return profile
    for difference in profile.differences:
        if in_range(difference.range, firmware):
            profile = _with_difference(profile, difference)
    return profile


def differing(profile: Profile, configured: str | None, told: str | None) -> str | None:
    """The ranges by which a device of firmware ``told`` reads otherwise than one of ``configured``, or None."""
    if told is None:
        return None
    here, there = _matching(profile, configured), _matching(profile, told)
    return None if here == there else ", ".join(sorted(here ^ there))


def _matching(profile: Profile, firmware: str | None) -> set[str]:
    if firmware is None:
        return set()
    return {difference.range for difference in profile.differences if in_range(difference.range, firmware)}


def variants(profile: Profile) -> dict[str, Profile]:
    """Every way in which some firmware reads the profile otherwise than it is written, by a version that does."""
    named = [bound for difference in profile.differences for bound in bounds(difference.range)]
    found: dict[str, Profile] = {}
    for version in ("0", *named, *(f"{bound}.1" for bound in named)):
        read = variant(profile, version)
        if read != profile and read not in found.values():
            found[version] = read
    return found


def _with_difference(profile: Profile, difference: Difference) -> Profile:
    """The profile with one of its differences, whatever the version."""
    changed = {point.name: point for point in difference.points}
    kept = [changed.pop(point.name, point) for point in profile.points if point.name not in difference.removed]
    proved = {example.point for example in difference.examples} | set(difference.removed)
    examples = [example for example in profile.examples if example.point not in proved]
    return msgspec.structs.replace(
        profile,
        points=(*kept, *changed.values()),
        roles={role: name for role, name in profile.roles.items() if name not in difference.removed},
        examples=(*examples, *difference.examples),
    )
