"""What each route needs: nothing, because it is for everybody, or a permission (``hub.api.route_needs``).

A route that stands nowhere is refused to people and to organisations; ``tests/hub/api`` names it.
"""

from starlette.routing import BaseRoute, Route

from hub.accounts.permission import Permission
from hub.api.route_needs import NEEDS
from traceability.enrolment import ENROLMENTS_PATH, ROTATIONS_PATH
from traceability.picture import PICTURES_PATH
from traceability.sync import AUTHORS_PATH, BATCHES_PATH

PUBLIC: dict[str, str] = {
    "/healthz": "says that the process answers",
    "/readyz": "name of the log and its size, which are public",
    BATCHES_PATH: "a batch's signature is its proof",
    AUTHORS_PATH + "/{author:path}/chains/{chain}": "an agent finds out where its chain stands",
    ENROLMENTS_PATH: "needs a one-time token of its own",
    ROTATIONS_PATH: "is signed by the key it replaces",
    "/api/v1/downlink/{author:path}": "is asked with the agent's signature",
    PICTURES_PATH + "/{digits}": "is signed by the agent that sealed the picture's record",
    "/log/checkpoint": "a transparency log is public",
    "/log/checkpoint/cosigned": "a transparency log is public",
    "/log/cosignatures": "a witness's signature is its proof",
    "/log/vkey": "a transparency log is public",
    "/log/tile/entries/{path:path}": "a transparency log is public",
    "/log/tile/{level}/{path:path}": "a transparency log is public",
    "/log/proof/inclusion": "a transparency log is public",
    "/log/proof/consistency": "a transparency log is public",
    "/openapi.json": "describes the program",
    "/sign-in": "whoever comes shows a name and a password there",
    "/sign-in/code": "needs the session that waits for a second factor",
    "/sign-in/link/{secret}": "the secret in the address is the permission",
    "/sign-in/provider": "leads to the identity provider",
    "/sign-in/back": "needs what the identity provider vouches for",
    "/sign-out": "ends the session that is shown, and no other",
}
"""Path of a route -> why everybody may."""
GUEST = "/guest/"
"""Pages of guests: the secret in the address is the token."""
STATIC = "/static/"

_NEEDED = {route: permission for permission, routes in NEEDS.items() for route in routes}
_AS = {"HEAD": "GET"}


def is_public(route: BaseRoute) -> bool:
    """Whether everybody may use ``route``."""
    path = path_of(route)
    return path in PUBLIC or path.startswith((GUEST, STATIC))


def needed_by(route: BaseRoute, method: str) -> Permission | None:
    """What whoever uses a route that is not public needs; None when nobody said so."""
    if method == "OPTIONS":
        return Permission.VIEW
    return _NEEDED.get(f"{_AS.get(method, method)} {path_of(route)}")


def path_of(route: BaseRoute) -> str:
    """The path of a route as it was written."""
    return route.path if isinstance(route, Route) else ""
