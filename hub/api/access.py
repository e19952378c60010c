"""Who asks, and the hub as it may be seen and used by whoever asks.

A route takes ``hub: UsesHub``. For the operator that is the hub itself; for an organisation's token it is a hub whose
``store.reading()`` shows only what policies share with the organisation: every question of ``hub.store`` that a route
asks through it is a question about what may be seen (``hub.store.sharing_views``). So the events, results and counts
that a route makes of such readings have passed the policy, and there is nothing to filter afterwards, nothing to
forget; page sizes, counts and cursors tell nothing of what is withheld. A connection from anywhere else (a desk, a
cache, ``app.state``) has not passed it: take ``asker: UsesAsker`` there, and decide.

``hub.store.writing()`` is refused to an organisation. A route by which organisations act takes
``acting: Annotated[Acting, Depends(may(Scope.CAPTURE))]``: ``acting.hub`` is the whole hub to write with,
``acting.asker.organisation`` the one that acts ("" for the operator, who acts for anybody). ``AdminOnly`` stays with
the operator's admin token.
"""

import hmac
from collections.abc import Callable
from typing import Annotated

import msgspec
from fastapi import Depends, Query, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.concurrency import run_in_threadpool

from hub.accounts.asker import ADMIN, OPERATOR, Asker, Scope
from hub.accounts.tokens import asker_of
from hub.api.route_policy import is_public
from hub.errors import NotAllowed, NotFound, ScopeMissing
from hub.parts import Hub
from hub.settings import TOKEN_HASH
from hub.sharing.audit import AuditDesk, Question
from hub.sharing.seen import seen_by
from hub.store.authors import latest_organisation
from hub.store.meta import read_meta
from traceability.encoding import sha256, tagged

_bearer = HTTPBearer(
    auto_error=False,
    description="A token that 'zhuoyue-hub org token' made, or the one in admin.token of the hub's data folder",
)
_HOW = (
    "send 'Authorization: Bearer TOKEN' with a token of 'zhuoyue-hub org token', "
    "or the one in admin.token of the hub's data folder"
)
Given = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
Preview = Annotated[str | None, Query(alias="as", max_length=200, include_in_schema=False)]


async def asking(request: Request, given: Given, as_organisation: Preview = None) -> Asker:
    """Who asks, by the token; without one it is the operator, where the hub is served to this machine alone.

    ``NotAllowed`` when the token is not good. The operator looks through an organisation's eyes with ``?as=ORG``.
    """
    if given is None and _holds_no_token(request):
        raise NotAllowed("the header 'Authorization' holds no token", advice=_HOW)
    if given is None and as_organisation is None:  # no worker thread is spent on what needs no look-up
        return _nobody(request)
    return await run_in_threadpool(_known, request, given, as_organisation)


UsesAsker = Annotated[Asker, Depends(asking)]


async def hub_of(request: Request, asker: UsesAsker) -> Hub:
    """The hub this application was made for, as ``asker`` may see it."""
    hub = whole_hub(request)
    if asker.is_operator:
        return hub
    if Scope.READ not in asker.scopes:
        raise _missing(Scope.READ)
    question = Question(asker=asker.organisation, token=asker.token, asked=f"{request.method} {request.url.path}")
    return seen_by(hub, question, None if asker.preview else audit_of(request))


UsesHub = Annotated[Hub, Depends(hub_of)]


def whole_hub(request: Request) -> Hub:
    """The hub past every policy."""
    hub = request.app.state.hub
    assert isinstance(hub, Hub)
    return hub


def audit_of(request: Request) -> AuditDesk:
    """Where reads are noted."""
    desk = request.app.state.audit
    assert isinstance(desk, AuditDesk)
    return desk


class Acting(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who may act, and the whole hub to act on."""

    hub: Hub
    asker: Asker

    def side_of(self, organisation: str) -> None:
        """``ScopeMissing`` unless the asker may act for ``organisation``."""
        if not self.asker.is_operator and self.asker.organisation != organisation:
            raise ScopeMissing(
                f"your token is of {self.asker.organisation!r}, not of {organisation!r}",
                advice="act for your own organisation",
            )


def may(scope: Scope) -> Callable[..., Acting]:
    """A dependency: whoever shows the admin token, or a token of an organisation with ``scope``."""

    def acting(request: Request, asker: UsesAsker) -> Acting:
        if asker.preview or (asker.is_operator and not asker.admin):
            raise _no_admin()
        if scope not in asker.scopes:
            raise _missing(scope)
        return Acting(hub=whole_hub(request), asker=asker)

    return acting


async def require_admin(asker: UsesAsker) -> None:
    """``NotAllowed`` unless the request bears the admin token; only the token's hash is in the database."""
    if asker.admin:
        return
    if not asker.is_operator and not asker.preview:
        raise ScopeMissing(
            "an organisation's token is not enough here", advice="ask the operator of the hub, who has the admin token"
        )
    raise _no_admin()


AdminOnly = Depends(require_admin)


def _holds_no_token(request: Request) -> bool:
    """Whether the header is there for nothing; agents prove themselves to public routes by a scheme of their own."""
    given = request.headers.get("authorization")
    own_scheme = given is not None and not given.lower().startswith("bearer")
    return given is not None and not (own_scheme and is_public(request.scope["route"]))


def _nobody(request: Request) -> Asker:
    if request.app.state.tokens_only and not is_public(request.scope["route"]):
        raise NotAllowed("a token is needed here", advice=_HOW)
    return OPERATOR


def _known(request: Request, given: HTTPAuthorizationCredentials | None, as_organisation: str | None) -> Asker:
    hub = whole_hub(request)
    with hub.store.reading() as connection:
        if given is None:
            asker = _nobody(request)
        elif hmac.compare_digest(tagged(sha256(given.credentials.encode())), read_meta(connection).get(TOKEN_HASH, "")):
            asker = ADMIN
        else:
            asker = asker_of(connection, given.credentials, hub.clock())
        if as_organisation is None:
            return asker
        if request.method not in ("GET", "HEAD"):
            raise ScopeMissing("nobody acts through the eyes of others", advice="leave out 'as'")
        if not asker.is_operator:
            raise ScopeMissing("only the operator looks through the eyes of others", advice="leave out 'as'")
        if latest_organisation(connection, as_organisation) is None:
            raise NotFound(f"there is no organisation {as_organisation!r}", advice="GET /api/v1/summary names them")
    return Asker(organisation=as_organisation, scopes=frozenset({Scope.READ}), preview=True)


def _missing(scope: Scope) -> ScopeMissing:
    return ScopeMissing(
        f"your token has not the scope {str(scope)!r}", advice="ask the hub's operator for a token that has it"
    )


def _no_admin() -> NotAllowed:
    return NotAllowed(
        "the admin token is missing or wrong",
        advice=_HOW,
    )
