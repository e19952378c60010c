"""Which of a profile's points a polled station asks its device for."""

from edge_agent.config.settings import Station
from firmware_profiles.format import Point
from firmware_profiles.handshakes import MADE_WITH_ROLES, PERMIT


def polled_points(station: Station, *, permits: bool) -> list[Point]:
    """Roles and measurements, each once.

    Of the interlock's roles only where it is served, of what a result was made with only what the station ``reports``:
    a device may lack the others.
    """
    left_out = {role for role in MADE_WITH_ROLES if role not in station.reports}
    if not permits:
        left_out.update((*PERMIT.needs, *PERMIT.written))
    roles = [name for role, name in station.resolved.roles.items() if role not in left_out]
    return [station.resolved.points[name] for name in dict.fromkeys((*roles, *station.measurements))]
