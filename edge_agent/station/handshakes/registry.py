"""Every handshake there is, by the name that a profile uses."""

from collections.abc import Callable

import msgspec

from edge_agent.acquisition.snapshot import Watch
from edge_agent.station.handshakes.actions import Handshake
from edge_agent.station.handshakes.counter import Counter
from edge_agent.station.handshakes.four_phase import FourPhase
from edge_agent.station.handshakes.status_byte import StatusByte
from edge_agent.station.handshakes.toggle import Toggle
from firmware_profiles.handshakes import HANDSHAKES as ROLES
from firmware_profiles.handshakes import HandshakeRoles


class HandshakeKind(msgspec.Struct, frozen=True, kw_only=True):
    """One handshake: its machine, the roles it needs and writes, what is looked at, and how cycles are counted.

    ``zero_is_none``: the cycle number 0 names no cycle.
    """

    make: Callable[[], Handshake]
    roles: HandshakeRoles
    watch: Watch
    zero_is_none: bool = False


_LEVELS = Watch(words=("trigger", "acknowledge", "error"), steady=("trigger", "cycle"))

HANDSHAKES: dict[str, HandshakeKind] = {
    "four-phase": HandshakeKind(make=FourPhase, roles=ROLES["four-phase"], watch=_LEVELS),
    "toggle": HandshakeKind(make=Toggle, roles=ROLES["toggle"], watch=_LEVELS),
    "status-byte": HandshakeKind(
        make=StatusByte,
        roles=ROLES["status-byte"],
        watch=Watch(words=("status", "error"), steady=("status", "cycle")),
    ),
    "counter": HandshakeKind(
        make=Counter, roles=ROLES["counter"], watch=Watch(words=("cycle",), steady=("cycle",)), zero_is_none=True
    ),
}
"""A handshake that takes part in a profile stands here and in ``firmware_profiles.handshakes``."""
