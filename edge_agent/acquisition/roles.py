"""Typed access to the role points of one snapshot; every problem is a CycleFault that names role and point."""

from collections.abc import Mapping
from contextlib import suppress
from enum import StrEnum
from typing import TypeVar

from edge_agent.acquisition.resolve import Resolved
from edge_agent.drivers.interface import Sample
from edge_agent.errors import CycleFault
from firmware_profiles.decode import decode
from firmware_profiles.errors import DecodeFault
from firmware_profiles.format import Value
from traceability.measurement import Status
from traceability.unit import Flag

Member = TypeVar("Member", bound=StrEnum)


class RoleReader:
    """Reads roles from samples; a ``default`` is used only where the profile has no such role."""

    def __init__(self, resolved: Resolved, samples: Mapping[str, Sample]) -> None:
        self._resolved = resolved
        self._samples = samples

    def number(self, role: str, default: int | None = None) -> int:
        """The integer of a role."""
        if self._missing(role, default):
            assert default is not None
            return default
        value = self._value(role)
        if isinstance(value, bool):
            return int(value)
        if isinstance(value, int):
            return value
        raise self._fault(role, f"expected an integer, read {value!r}")

    def text(self, role: str, default: str | None = None) -> str:
        """The text of a role."""
        if self._missing(role, default):
            assert default is not None
            return default
        value = self._value(role)
        if isinstance(value, str):
            return value
        raise self._fault(role, f"expected text, read {value!r}")

    def code(self) -> bytes | None:
        """The exact bytes of the code, empty when nothing was read; None when the profile has no such role."""
        if "code" not in self._resolved.roles:
            return None
        text = self.text("code")  # whatever it is, it must be readable as its point says
        raw = self._samples[self._resolved.roles["code"]].raw
        return raw if isinstance(raw, bytes) else text.encode("utf-8")

    def is_empty(self, role: str) -> bool:
        """Whether the device gave nothing at all for a role that the profile has."""
        sample = self._samples.get(self._resolved.roles.get(role, ""))
        return sample is not None and sample.raw is None

    def member(self, role: str, kind: type[Member], default: Member | None) -> Member:
        """The member of ``kind`` that the profile's enum names."""
        if self._missing(role, default):
            assert default is not None
            return default
        value = self._value(role)
        if isinstance(value, str):
            with suppress(ValueError):
                return kind(value)
        raise self._fault(role, f"expected one of {', '.join(kind)}, read {value!r}")

    def flags(self) -> frozenset[Flag]:
        """The flags that are set; a bit without a name is a fault, for its meaning could void the result."""
        if "flags" not in self._resolved.roles:
            return frozenset()
        word = self.number("flags")
        names = self._resolved.role("flags").flags or {}
        found = {name for bit, name in names.items() if word >> bit & 1}
        if word & ~sum(1 << bit for bit in names):
            raise self._fault("flags", f"read {word:#06x}, which sets a bit the profile does not name")
        try:
            return frozenset(Flag(name) for name in found)
        except ValueError as unknown:
            raise self._fault("flags", f"the profile names a flag that does not exist ({unknown})") from None

    def _missing(self, role: str, default: object) -> bool:
        return role not in self._resolved.roles and default is not None

    def _value(self, role: str) -> Value:
        if role not in self._resolved.roles:
            message = f"the profile names no point for the role {role!r}; add it under [roles]"
            raise CycleFault(message)
        point = self._resolved.role(role)
        sample = self._samples.get(point.name)
        if sample is None:
            raise self._fault(role, "was not read")
        if sample.status is Status.BAD:
            raise self._fault(role, "the device reports it as Bad")
        try:
            return decode(point, sample.raw)
        except DecodeFault as fault:
            raise self._fault(role, fault.reason) from fault

    def _fault(self, role: str, what: str) -> CycleFault:
        point = self._resolved.roles[role]
        return CycleFault(f"role {role} (point {point}): {what}; check profile and base against the device")
