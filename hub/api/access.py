"""How a route gets its hub, and who may write."""

import hmac
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from hub.errors import NotAllowed
from hub.parts import Hub
from hub.settings import TOKEN_HASH
from hub.store.meta import read_meta
from traceability.encoding import sha256, tagged


async def hub_of(request: Request) -> Hub:
    """The hub this application was made for; async only so that no worker thread is spent on it."""
    hub = request.app.state.hub
    assert isinstance(hub, Hub)
    return hub


UsesHub = Annotated[Hub, Depends(hub_of)]


_bearer = HTTPBearer(auto_error=False, description="The token in admin.token of the hub's data folder")


def require_admin(hub: UsesHub, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> None:
    """``NotAllowed`` unless the request bears the admin token; only the token's hash is in the database."""
    with hub.store.reading() as connection:
        expected = read_meta(connection).get(TOKEN_HASH, "")
    token = "" if given is None else given.credentials
    if not hmac.compare_digest(tagged(sha256(token.encode())), expected):
        raise NotAllowed(
            "the admin token is missing or wrong",
            advice="send 'Authorization: Bearer TOKEN' with the token in admin.token of the hub's data folder",
        )


AdminOnly = Depends(require_admin)
