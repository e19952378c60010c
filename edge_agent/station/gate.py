"""The only way from a station to its device: what may be written there is decided here and nowhere else.

A point is written only if it plays a role that this station's handshake (or its interlock) writes *and* the profile
marks it writable. Everything else is refused before anything is sent. A station whose handshake writes nothing is read
only. Every write is named in the log, one line for what belongs together; one that the device did not confirm may have
reached it, and is named too.
"""

import logging
from collections.abc import Iterable

from edge_agent.acquisition.resolve import Resolved
from edge_agent.drivers.interface import Driver
from edge_agent.errors import RoleClosed
from edge_agent.log import say
from edge_agent.station.link import DeviceLink

_LOG = logging.getLogger(__name__)


class WriteGate:
    """Lets the words of ``roles`` through; an optional one that the profile lacks is left out in silence."""

    def __init__(self, station: str, link: DeviceLink[Driver], resolved: Resolved, roles: Iterable[str]) -> None:
        self._station = station
        self._link = link
        self._resolved = resolved
        self._roles = frozenset(roles)
        self._written: list[str] = []

    async def write(self, words: Iterable[tuple[str, int]]) -> None:
        """Write (role, value) in this order; RoleClosed before the first byte of a word that is not its own."""
        for role, value in words:
            if role not in self._roles:
                raise self._closed(role, "its handshake does not write that role")
            if role not in self._resolved.roles:
                continue
            point = self._resolved.role(role)
            if not point.writable:
                raise self._closed(role, f"the profile does not mark point {point.name} writable")
            self._written.append(f"{role}={value} (not confirmed)")
            await self._link.driver.write(point, value)
            self._written[-1] = f"{role}={value}"

    def say(self, **subject: object) -> None:
        """One line with everything written since the last one, if anything was."""
        if self._written:
            words = " ".join(self._written)
            self._written.clear()
            say(
                _LOG, logging.INFO, "wrote to the device", station=self._station, device=self._link.device,
                words=words, **subject,
            )  # fmt: skip

    def _closed(self, role: str, why: str) -> RoleClosed:
        return RoleClosed(
            f"{role} is not written: {why}",
            where=f"station {self._station} on device {self._link.device}",
            advice="nothing was sent; correct the profile's roles",
        )
