"""Find a profile by vendor, model and firmware: those that ship with the product, then a folder of the user's own.

Both have the shape ``<vendor>/<model>.toml``, or ``<vendor>/<model>@<anything>.toml`` where a model needs several
profiles for different firmware. A profile of the user's own stands before a shipped one.
"""

from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import msgspec

from firmware_profiles.errors import ProfileInvalid, ProfileUnknown
from firmware_profiles.format import Profile
from firmware_profiles.parse import parse_profile
from firmware_profiles.variant import variant
from firmware_profiles.version import in_range, version_numbers


class Entry(msgspec.Struct, frozen=True):
    """A profile and the file it came from."""

    file: str
    profile: Profile


class Catalog:
    """The shipped profiles and, where given, a ``folder`` of the user's own. Reads files only when asked."""

    def __init__(self, folder: Path | None = None) -> None:
        shipped = files("firmware_profiles") / "devices"
        self._roots: list[Traversable] = [shipped] if folder is None else [folder, shipped]

    def sources(self) -> Iterator[tuple[str, str]]:
        """(file, text) of every profile file, the user's own first."""
        for root in self._roots:
            if not root.is_dir():
                message = f"profile folder {root} does not exist; create it or leave it out"
                raise ProfileUnknown(message)
            for vendor in sorted((entry for entry in root.iterdir() if entry.is_dir()), key=lambda entry: entry.name):
                for file in sorted(vendor.iterdir(), key=lambda entry: entry.name):
                    if file.name.endswith(".toml"):
                        yield str(file), file.read_text(encoding="utf-8")

    def entries(self) -> Iterator[Entry]:
        """Every profile; ProfileInvalid for the first file that breaks a rule."""
        for file, text in self.sources():
            yield load(file, text)

    def find(self, vendor: str, model: str, firmware: str | None = None) -> Profile:
        """The profile of a device; ProfileUnknown says what there is instead.

        ``firmware`` None takes the first profile of the model whatever its range; otherwise the profile comes as that
        firmware reads it.
        """
        entries = [load(file, text) for file, text in self.sources() if _is_of(file, vendor, model)]
        for entry in entries:
            if firmware is None or fits(entry.profile, firmware):
                return variant(entry.profile, firmware)
        if entries:
            ranges = ", ".join(_range(entry.profile) for entry in entries)
            message = f"no profile of {vendor}/{model} is for firmware {firmware}; there are profiles for {ranges}"
        else:
            known = ", ".join(sorted({_identity(file) for file, _ in self.sources()}))
            message = f"no profile for {vendor}/{model}; there are {known}"
        raise ProfileUnknown(message)


def load(file: str, text: str) -> Entry:
    """Parse a profile file; its place must say the same vendor and model as its content."""
    profile = parse_profile(text, file)
    if _identity(file) != f"{profile.vendor}/{profile.model}":
        expected = f"expected vendor and model as in its path, {_identity(file)}"
        raise ProfileInvalid(file, "vendor, model", expected)
    return Entry(file, profile)


def fits(profile: Profile, firmware: str) -> bool:
    """Whether a firmware version lies in the profile's range; versions compare by their numbers."""
    version = version_numbers(firmware)
    first, last = profile.firmware.first, profile.firmware.last
    wanted = profile.identification.firmware
    return (
        (first is None or version_numbers(first) <= version)
        and (last is None or version <= version_numbers(last))
        and (wanted is None or in_range(wanted, firmware))
    )


def _range(profile: Profile) -> str:
    if profile.identification.firmware is not None:
        return profile.identification.firmware
    return f"{profile.firmware.first or 'the first'} to {profile.firmware.last or 'the newest'}"


def _identity(file: str) -> str:
    path = Path(file)
    return f"{path.parent.name}/{path.stem.partition('@')[0]}"


def _is_of(file: str, vendor: str, model: str) -> bool:
    return _identity(file) == f"{vendor}/{model}"
