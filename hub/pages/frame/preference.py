"""What a reader prefers, kept in cookies: light or dark, and by which clock times are told."""

from enum import StrEnum
from functools import cache
from zoneinfo import available_timezones

from starlette.requests import Request

THEME_PARAMETER, THEME_COOKIE = "theme", "theme"
ZONE_PARAMETER, ZONE_COOKIE = "zone", "zone"
OF_PLANT = "plant"
"""Times of a plant by its own clock, others by UTC."""
OFFERED_ZONES = (
    OF_PLANT,
    "UTC",
    "Asia/Shanghai",
    "Asia/Tokyo",
    "Asia/Kolkata",
    "Europe/Berlin",
    "Europe/London",
    "America/New_York",
    "America/Mexico_City",
    "America/Los_Angeles",
)


class Theme(StrEnum):
    """Colours; AUTO is what the device prefers."""

    AUTO = "auto"
    LIGHT = "light"
    DARK = "dark"


def theme_of(request: Request) -> Theme:
    """The reader's choice."""
    return chosen_theme(request.cookies.get(THEME_COOKIE)) or Theme.AUTO


def chosen_theme(text: str | None) -> Theme | None:
    """A theme by its name."""
    return next((theme for theme in Theme if theme.value == text), None)


def zone_of(request: Request) -> str:
    """The name of a time zone, or ``OF_PLANT``."""
    return chosen_zone(request.cookies.get(ZONE_COOKIE)) or OF_PLANT


def chosen_zone(text: str | None) -> str | None:
    """The zone, if there is one of that name."""
    if text is None or text == OF_PLANT:
        return text
    return text if text in _zones() else None


@cache
def _zones() -> frozenset[str]:
    """Every zone that this machine knows: looked up on its disk once, as every page asks for them."""
    return frozenset(available_timezones())
