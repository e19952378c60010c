"""Which routes are for everybody: their answers are signed for whom they concern, or public by nature.

Every other route asks who asks (``hub.api.access``); ``tests/hub/api`` refuses a route that does neither.
"""

from starlette.routing import BaseRoute, Route

from traceability.enrolment import ENROLMENTS_PATH, ROTATIONS_PATH
from traceability.sync import AUTHORS_PATH, BATCHES_PATH

PUBLIC: dict[str, str] = {
    "/healthz": "says that the process answers",
    "/readyz": "name of the log and its size, which are public",
    BATCHES_PATH: "a batch's signature is its proof",
    AUTHORS_PATH + "/{author:path}/chains/{chain}": "an agent finds out where its chain stands",
    ENROLMENTS_PATH: "needs a one-time token of its own",
    ROTATIONS_PATH: "is signed by the key it replaces",
    "/api/v1/downlink/{author:path}": "is asked with the agent's signature",
    "/log/checkpoint": "a transparency log is public",
    "/log/checkpoint/cosigned": "a transparency log is public",
    "/log/cosignatures": "a witness's signature is its proof",
    "/log/vkey": "a transparency log is public",
    "/log/tile/entries/{path:path}": "a transparency log is public",
    "/log/tile/{level}/{path:path}": "a transparency log is public",
    "/log/proof/inclusion": "a transparency log is public",
    "/log/proof/consistency": "a transparency log is public",
    "/openapi.json": "describes the program",
}
"""Path of a route -> why everybody may."""
GUEST = "/guest/"
"""Pages of guests: the secret in the address is the token."""
STATIC = "/static/"


def is_public(route: BaseRoute) -> bool:
    """Whether everybody may use ``route``."""
    path = route.path if isinstance(route, Route) else ""
    return path in PUBLIC or path.startswith((GUEST, STATIC))
