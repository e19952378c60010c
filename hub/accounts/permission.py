"""Who may do what: the one matrix that pages and API share.

``ROLE_MAY`` says what each role may, ``SCOPE_MAY`` what a token's scope is good for; what a route needs stands in
``hub.api.route_needs``. What somebody may do says nothing about what is seen: that is the sharing policy's business
(``hub.sharing``), for every role of an organisation alike.
"""

from collections.abc import Iterable
from enum import StrEnum


class Permission(StrEnum):
    """One kind of thing that is done on the hub."""

    VIEW = "view"
    """See what is shared: units, traces, figures, alarms, agents."""
    ASK = "ask"
    """Have a recall or an analysis worked out."""
    AUDIT = "audit"
    """See who read what, and what happened to accounts."""
    ACT = "act"
    """Take part in notifications, for one's own side."""
    QUALITY = "quality"
    """Enter what quality management states: calendars, gauges, losses, inspections, assessments, acknowledgements."""
    HOLD = "hold"
    """Order and release holds."""
    DECLARE = "declare"
    """Seal a Level, make a declaration."""
    FIELD = "field"
    """Enter claims, usage and returns."""
    GOODS = "goods"
    """Enter shipments, aliases, re-identifications and corrections."""
    CAPTURE = "capture"
    """Give in EPCIS events."""
    SUBSCRIBE = "subscribe"
    """Name queries and subscribe to them."""
    FLEET = "fleet"
    """Let agents in, revoke keys, carry messages of plants."""
    MASTER = "master"
    """Enter organisations, plants, company prefixes and contacts."""
    SHARE = "share"
    """State sharing policies."""
    USERS = "users"
    """Make, change and disable accounts."""
    MONITOR = "monitor"
    """Read the hub's metrics."""
    SELF = "self"
    """Change one's own account; no token may."""


class Role(StrEnum):
    """What somebody is on the hub, within an organisation or for its operator."""

    ADMIN = "admin"
    QUALITY = "quality"
    AFTER_SALES = "after-sales"
    PLANT_IT = "plant-it"
    VIEWER = "viewer"
    AUDITOR = "auditor"


class Scope(StrEnum):
    """What a token is good for."""

    READ = "read"
    """Ask questions; what is answered is what policies share with the organisation."""
    WRITE = "write"
    """Take part in notifications for one's own side; a person's token also enters what the person may enter."""
    CAPTURE = "capture"
    """Give EPCIS events of its own into the hub."""
    MONITOR = "monitor"
    """Read the hub's metrics, and nothing else; for the operator's instruments."""
    ADMIN = "admin"
    """State the organisation's policies; a person's token also manages what the person may manage."""


_P = Permission
_READING = frozenset({_P.VIEW, _P.ASK, _P.SELF})
EVERYTHING = frozenset(Permission)

ROLE_MAY: dict[Role, frozenset[Permission]] = {
    Role.ADMIN: EVERYTHING,
    Role.QUALITY: _READING | {_P.ACT, _P.QUALITY, _P.HOLD, _P.DECLARE, _P.FIELD, _P.GOODS, _P.CAPTURE, _P.SUBSCRIBE},
    Role.AFTER_SALES: _READING | {_P.ACT, _P.FIELD, _P.GOODS, _P.SUBSCRIBE},
    Role.PLANT_IT: _READING | {_P.FLEET, _P.CAPTURE, _P.SUBSCRIBE, _P.MONITOR},
    Role.VIEWER: _READING,
    Role.AUDITOR: _READING | {_P.AUDIT, _P.MONITOR},
}
SCOPE_MAY: dict[Scope, frozenset[Permission]] = {
    Scope.READ: frozenset({_P.VIEW, _P.ASK, _P.AUDIT}),
    Scope.WRITE: frozenset({_P.ACT, _P.QUALITY, _P.HOLD, _P.DECLARE, _P.FIELD, _P.GOODS, _P.SUBSCRIBE}),
    Scope.CAPTURE: frozenset({_P.CAPTURE}),
    Scope.MONITOR: frozenset({_P.MONITOR}),
    Scope.ADMIN: frozenset({_P.FLEET, _P.MASTER, _P.SHARE, _P.USERS}),
}
LOCAL_VIEWER_MAY = frozenset({_P.VIEW, _P.ASK, _P.AUDIT, _P.MONITOR})
"""Whoever is on this machine, where pages are open: reads, and changes nothing."""


def permissions_of(scopes: Iterable[Scope]) -> frozenset[Permission]:
    """What a token with ``scopes`` is good for."""
    return frozenset[Permission]().union(*(SCOPE_MAY[scope] for scope in scopes))


def scopes_of(permissions: frozenset[Permission]) -> frozenset[Scope]:
    """The scopes by which routes ask for ``permissions``."""
    needed = {
        Scope.READ: _P.VIEW,
        Scope.WRITE: _P.ACT,
        Scope.CAPTURE: _P.CAPTURE,
        Scope.MONITOR: _P.MONITOR,
        Scope.ADMIN: _P.SHARE,
    }
    return frozenset(scope for scope, permission in needed.items() if permission in permissions)
