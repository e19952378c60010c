"""The ways in which a controller and a station may agree on a cycle, by the roles that each one takes.

How a handshake goes is said beside its rules in the agent; here is only what a profile must offer for it. ``needs``
roles must be mapped to points, and the agent writes none but the ``written`` ones, which must be writable.
"""

import msgspec

from firmware_profiles.format import Profile

RESULT_ROLES = ("cycle", "serial", "verdict")
"""What every handshake hands over."""


class HandshakeRoles(msgspec.Struct, frozen=True, kw_only=True):
    """The roles of one handshake."""

    needs: tuple[str, ...]
    written: tuple[str, ...] = ()


HANDSHAKES: dict[str, HandshakeRoles] = {
    "four-phase": HandshakeRoles(
        needs=("trigger", *RESULT_ROLES, "acknowledge"),
        written=("acknowledge", "error"),
    ),
    "toggle": HandshakeRoles(
        needs=("trigger", *RESULT_ROLES, "acknowledge"),
        written=("acknowledge", "error"),
    ),
    "status-byte": HandshakeRoles(needs=("status", *RESULT_ROLES), written=("status", "error")),
    "counter": HandshakeRoles(needs=RESULT_ROLES),
}
"""Every handshake that a profile may name."""

PERMIT = HandshakeRoles(
    needs=("permit_request", "permit_serial", "permit_answer"),
    written=("permit_answer", "permit_reason"),
)
"""Asking whether a unit may be processed; beside any handshake that writes, where the profile offers it."""

MADE_WITH_ROLES = ("recipe", "recipe_version", "tool", "nest", "cavity", "program", "operator")
"""What a result was made with; beside any handshake, and a device may lack them. ``operator`` is a pseudonymous id."""


def missing_roles(profile: Profile) -> tuple[str, ...]:
    """The roles that the profile's handshake needs and the profile does not map."""
    return tuple(role for role in HANDSHAKES[profile.handshake].needs if role not in profile.roles)
