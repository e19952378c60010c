"""Who asks, and the hub as it may be seen and used by whoever asks.

A route takes ``hub: UsesHub``. For the operator that is the hub itself; for an organisation's token it is a hub whose
``store.reading()`` shows only what policies share with the organisation: every question of ``hub.store`` that a route
asks through it is a question about what may be seen (``hub.store.sharing.views``). So the events, results and counts
that a route makes of such readings have passed the policy, and there is nothing to filter afterwards, nothing to
forget; page sizes, counts and cursors tell nothing of what is withheld. A connection from anywhere else (a desk, a
cache, ``app.state``) has not passed it: take ``asker: UsesAsker`` there, and decide.

Somebody who signed in sees what the organisation sees (of it, what belongs to the person's plants), and may what the
role may (``hub.accounts.permission``) on the routes that need it (``hub.api.route_needs``).

``hub.store.writing()`` is refused to an organisation. A route by which organisations act takes
``acting: Annotated[Acting, Depends(may(Scope.CAPTURE))]``: ``acting.hub`` is the whole hub to write with,
``acting.asker.organisation`` the one that acts ("" for the operator, who acts for anybody). ``AdminOnly`` is for the
operator's side: its admin token, or its people as far as their role goes; and where the address names a plant, for
people of that plant's organisation, who are then given the whole hub to write with.
"""

import hmac
from collections.abc import Callable
from typing import Annotated

import msgspec
from fastapi import Depends, Query, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.concurrency import run_in_threadpool

from hub.accounts.asker import ADMIN, OPERATOR, Asker, Scope
from hub.accounts.desk import SignInDesk
from hub.accounts.own_tokens import PREFIX, asker_of_own_token
from hub.accounts.permission import LOCAL_VIEWER_MAY, Permission
from hub.accounts.sessions import asker_of_account, session_of
from hub.accounts.tokens import asker_of
from hub.api.route_policy import is_public, needed_by, path_of
from hub.api.session import SAFE_METHODS, check_own_form, secret_of
from hub.errors import NotAllowed, NotFound, ScopeMissing
from hub.parts import Hub
from hub.settings import TOKEN_HASH
from hub.sharing.audit import MOST_ASKED, AuditDesk, Question
from hub.sharing.operator import OperatorRead
from hub.sharing.seen import seen_by
from hub.store.account.sessions import StoredSession
from hub.store.core.database import Reading
from hub.store.core.instant import to_micros
from hub.store.ledger.authors import latest_organisation
from hub.store.ledger.meta import read_meta
from hub.store.sharing.queries import owners_of_plants
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
    """Who asks: by a token, by a session, or, where pages are open to this machine, nobody in particular.

    ``NotAllowed`` when the token is not good or nothing was shown that is needed, ``ScopeMissing`` when who asks may
    not do this. The operator looks through an organisation's eyes with ``?as=ORG``.
    """
    public = is_public(request.scope["route"])
    if given is None and _holds_no_token(request):
        raise NotAllowed("the header 'Authorization' holds no token", advice=_HOW)
    cookie = "" if given is not None or public else secret_of(request)
    if given is None and as_organisation is None and not cookie:  # no worker thread where nothing is looked up
        asker = _nobody(request)
    else:
        asker = await run_in_threadpool(_known, request, given, cookie, as_organisation)
    if not public:
        check_permission(request, asker)
        await check_own_form(request, asker)
    request.state.asker = asker
    return asker


UsesAsker = Annotated[Asker, Depends(asking)]


async def hub_of(request: Request, asker: UsesAsker) -> Hub:
    """The hub this application was made for, as ``asker`` may see it."""
    hub = whole_hub(request)
    if asker.is_operator or asker.at_plant:
        if asker.is_operator and _asks(request):
            audit_of(request).keep_operator(_operator_read(request, hub, asker))
        return hub
    if Scope.READ not in asker.scopes:
        raise _missing(Scope.READ)
    question = Question(asker=asker.organisation, token=asker.noted_as, asked=f"{request.method} {request.url.path}")
    return seen_by(hub, question, None if asker.preview else audit_of(request), asker.plants)


def _asks(request: Request) -> bool:
    """Whether the request is a question about records; what anybody may know is none."""
    route = request.scope["route"]
    asking = needed_by(route, request.method) is Permission.ASK
    return (request.method in SAFE_METHODS or asking) and request.method != "OPTIONS" and not is_public(route)


def _operator_read(request: Request, hub: Hub, asker: Asker) -> OperatorRead:
    return OperatorRead(
        at=to_micros(hub.clock()),
        token=asker.noted_as,
        asked=f"{request.method} {request.url.path}"[:MOST_ASKED],
        route=f"{request.method} {path_of(request.scope['route'])}",
        named={name: str(value) for name, value in request.path_params.items()},
    )


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
    """A dependency: whoever shows the admin token, or a token of an organisation with ``scope``, or signed in with a
    role that is as good."""

    def acting(request: Request, asker: UsesAsker) -> Acting:
        if not asker.may_act:
            raise _no_admin()
        if scope not in asker.scopes:
            raise _missing(scope)
        return Acting(hub=whole_hub(request), asker=asker)

    return acting


async def require_admin(asker: UsesAsker) -> None:
    """``NotAllowed`` unless the request bears the admin token, or somebody signed in who may do this for the operator,
    or for a plant of his own that the address names. Of the token only the hash is in the database."""
    if asker.admin or (asker.person is not None and (asker.is_operator or asker.at_plant)):
        return  # a person's role was compared with the route's need before
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
    if not request.app.state.open_pages and not is_public(request.scope["route"]):
        raise NotAllowed("sign in, or show a token", advice=_HOW)
    return OPERATOR


def _known(
    request: Request, given: HTTPAuthorizationCredentials | None, cookie: str, as_organisation: str | None
) -> Asker:
    with whole_hub(request).store.reading() as connection:
        asker, used = identified(connection, request, None if given is None else given.credentials, cookie)
        asker = _at_own_plant(connection, request, asker)
        if as_organisation is not None:
            asker = _through_eyes(connection, request, asker, as_organisation)
    if used:
        desk_of(request).used(used)
    return asker


def identified(
    connection: Reading, request: Request, token: str | None, cookie: str
) -> tuple[Asker, StoredSession | str]:
    """Who shows a token or a session, and what is good of it; ``NotAllowed`` for a token that is not good."""
    hub = whole_hub(request)
    if token is not None:
        asker = _by_token(connection, hub, token)
        return asker, asker.token
    found = session_of(connection, cookie, hub.clock())
    if found is None:
        return _nobody(request), ""
    return asker_of_account(found[1], session=found[0].hash, secret=cookie), found[0]


def _by_token(connection: Reading, hub: Hub, text: str) -> Asker:
    if hmac.compare_digest(tagged(sha256(text.encode())), read_meta(connection).get(TOKEN_HASH, "")):
        return ADMIN
    by = asker_of_own_token if text.startswith(PREFIX) else asker_of
    return by(connection, text, hub.clock())


def _at_own_plant(connection: Reading, request: Request, asker: Asker) -> Asker:
    """Whether somebody of an organisation writes of a plant of his own that the address names."""
    plant = str(request.path_params.get("plant", ""))
    named = "/{plant}" in path_of(request.scope["route"]) and request.method not in SAFE_METHODS
    if asker.person is None or asker.is_operator or not named:
        return asker
    own = not asker.person.plants or plant in asker.person.plants
    if not own or owners_of_plants(connection).get(plant) != asker.organisation:
        return asker
    return msgspec.structs.replace(asker, at_plant=plant)


def _through_eyes(connection: Reading, request: Request, asker: Asker, organisation: str) -> Asker:
    if request.method not in ("GET", "HEAD"):
        raise ScopeMissing("nobody acts through the eyes of others", advice="leave out 'as'")
    if not asker.is_operator:
        raise ScopeMissing("only the operator looks through the eyes of others", advice="leave out 'as'")
    if latest_organisation(connection, organisation) is None:
        raise NotFound(f"there is no organisation {organisation!r}", advice="GET /api/v1/summary names them")
    return Asker(organisation=organisation, scopes=frozenset({Scope.READ}), preview=True, permissions=LOCAL_VIEWER_MAY)


def check_permission(request: Request, asker: Asker) -> None:
    """``ScopeMissing`` unless who asks may do what the route needs."""
    if asker.admin:
        return
    needed = needed_by(request.scope["route"], request.method)
    if needed in asker.permissions:
        return
    if not asker.may_act:
        if needed is None:
            return  # of a new route nobody said yet what it needs; whoever is on this machine only reads anyway
        raise _no_admin()
    path = path_of(request.scope["route"])
    if needed is None:
        raise ScopeMissing(f"nobody may {request.method} {path} yet", advice="name it in hub.api.route_needs")
    if asker.person is None:
        raise _missing(f"that goes with {str(needed)!r}")
    raise ScopeMissing(
        f"your role ({asker.person.role}) does not go with {str(needed)!r}", advice="ask an administrator for another"
    )


def desk_of(request: Request) -> SignInDesk:
    """Where people sign in."""
    desk = request.app.state.accounts
    assert isinstance(desk, SignInDesk)
    return desk


def _missing(scope: str) -> ScopeMissing:
    return ScopeMissing(
        f"your token has not the scope {str(scope)!r}", advice="ask the hub's operator for a token that has it"
    )


def _no_admin() -> NotAllowed:
    return NotAllowed(
        "the admin token is missing or wrong",
        advice=_HOW,
    )
