"""What a station says its results were made with: fixed tools, and roles of the profile that its device fills."""

from edge_agent.errors import ConfigError
from firmware_profiles.format import Profile
from firmware_profiles.handshakes import MADE_WITH_ROLES


def check_reports(reports: tuple[str, ...], profile: Profile, file: str, key: str) -> tuple[str, ...]:
    """The roles that are polled; ConfigError for one that is no such role, or that the profile does not map."""
    for role in reports:
        if role not in MADE_WITH_ROLES:
            raise ConfigError(file, key, f"is {role!r}; expected some of {', '.join(MADE_WITH_ROLES)}")
        if role not in profile.roles:
            mapped = ", ".join(known for known in MADE_WITH_ROLES if known in profile.roles) or "none of them"
            expected = f"names {role!r}; the profile {profile.vendor}/{profile.model} maps {mapped}"
            raise ConfigError(file, key, expected)
    return tuple(dict.fromkeys(reports))


def check_tools(tools: tuple[str, ...], file: str, key: str) -> tuple[str, ...]:
    """The fixed tools; ConfigError for one named twice, or with blanks around its name."""
    for tool in tools:
        if tool != tool.strip() or tools.count(tool) > 1:
            raise ConfigError(file, key, f"{tool!r}: expected different names without blanks around them")
    return tools
