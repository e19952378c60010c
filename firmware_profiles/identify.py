"""Which profile fits what a device says about itself.

Patterns know ``*`` and ``?`` and no case. What a device does not say proves nothing: only a contradiction is a misfit.
"""

from collections.abc import Iterable
from fnmatch import fnmatchcase

import msgspec

from firmware_profiles.format import Identification, Profile
from firmware_profiles.version import in_range


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """What a device says it is; ``products`` are all its names for its kind (code, URI, name)."""

    vendor: str | None = None
    products: tuple[str, ...] = ()
    revision: str | None = None


def misfit(profile: Profile, claim: Claim) -> str | None:
    """Why the profile is not for a device that says this, or None when nothing speaks against it."""
    wanted = profile.identification
    for what, pattern, said in _compared(wanted, claim):
        if pattern is not None and said and not any(_matches(pattern, text) for text in said):
            return f"its {what} is {' / '.join(said)!r}, the profile is for {pattern!r}"
    if wanted.firmware is not None and claim.revision and not in_range(wanted.firmware, claim.revision):
        return f"its firmware is {claim.revision!r}, the profile is for {wanted.firmware}"
    return None


def recognised(profile: Profile, claim: Claim) -> bool:
    """Whether the device says that it is of the profile's kind, not merely nothing against it."""
    wanted = profile.identification
    names = wanted.product is not None and bool(claim.products)
    alone = wanted.product is None and wanted.vendor is not None and bool(claim.vendor)
    return (names or alone) and misfit(profile, claim) is None


def identifiable(profile: Profile) -> bool:
    """Whether the profile says how its device is recognised."""
    return profile.identification != Identification()


def suggestions(profiles: Iterable[Profile], claim: Claim) -> list[Profile]:
    """The profiles a device may be read by, those whose product pattern says most first."""
    found = [profile for profile in profiles if recognised(profile, claim)]
    return sorted(found, key=lambda profile: -len((profile.identification.product or "").replace("*", "")))


def _compared(wanted: Identification, claim: Claim) -> list[tuple[str, str | None, tuple[str, ...]]]:
    return [
        ("vendor", wanted.vendor, (claim.vendor,) if claim.vendor else ()),
        ("product", wanted.product, claim.products),
        ("revision", wanted.revision, (claim.revision,) if claim.revision else ()),
    ]


def _matches(pattern: str, text: str) -> bool:
    # A bracket stands in product names more often than anyone wants a character class.
    return fnmatchcase(text.strip().casefold(), pattern.strip().casefold().replace("[", "[[]"))
