"""Which of a profile's points a polled station asks its device for."""

from edge_agent.config.settings import Station
from firmware_profiles.format import Point
from firmware_profiles.handshakes import PERMIT


def polled_points(station: Station, *, permits: bool) -> list[Point]:
    """Roles and measurements, each once; those of the interlock only where it is served, for a device may lack them."""
    roles = [name for role, name in station.resolved.roles.items() if permits or not _of_permits(role)]
    return [station.resolved.points[name] for name in dict.fromkeys((*roles, *station.measurements))]


def _of_permits(role: str) -> bool:
    return role in PERMIT.needs or role in PERMIT.written
