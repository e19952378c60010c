"""``[station.interlock]``: whether the station's device can ask, and what it is told when something is not known."""

from edge_agent.acquisition.resolve import Resolved
from edge_agent.config.file import InterlockTable
from edge_agent.config.settings import Interlock
from edge_agent.errors import ConfigError
from edge_agent.interlock.decision import Answer
from firmware_profiles.format import Profile
from firmware_profiles.handshakes import HANDSHAKES, PERMIT

_TOLD = {"permit": Answer.PERMIT, "refuse": Answer.REFUSE, "tell": Answer.UNKNOWN}


def check_interlock(
    table: InterlockTable | None, profile: Profile, resolved: Resolved, file: str, key: str
) -> Interlock | None:
    """The interlock's policy, if there is one; ConfigError when the profile offers no place to ask and answer."""
    if table is None:
        return None
    missing = [role for role in PERMIT.needs if role not in resolved.roles]
    if missing:
        expected = f"cannot be used: the device's profile has no point with the role {', '.join(missing)}"
        raise ConfigError(file, key, expected)
    if profile.protocol.told or not HANDSHAKES[profile.handshake].written:
        expected = "cannot be used: this station is read only, and an answer would have to be written"
        raise ConfigError(file, key, expected)
    if table.when_unknown not in _TOLD:
        expected = f"is {table.when_unknown!r}; expected one of {', '.join(_TOLD)}"
        raise ConfigError(file, f"{key}.when_unknown", expected)
    return Interlock(when_unknown=_TOLD[table.when_unknown], previous_elsewhere=table.previous_elsewhere)
