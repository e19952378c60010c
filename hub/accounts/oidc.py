"""Signing in by an identity provider: OpenID Connect Core 1.0, authorization code flow with PKCE (RFC 7636).

The browser is sent away with a ``state`` that its cookie repeats when it comes back, so nobody is signed in by a link
that somebody else made; a ``nonce`` that the provider signs, so no other answer of it fits; and the hash of a verifier
that only this hub knows, so a stolen code is worth nothing. Each is random and taken once. The ID token counts when the
provider's published key signed it for this client, with this nonce, and it is not over.

An account is found by what the provider calls the person (``sub``); the first time by the name to sign in by, and then
only an account that has no password: nobody takes over an account that somebody uses.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, cast

import msgspec
from authlib.common.urls import add_params_to_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from authlib.oidc.core.errors import OAuth2Error
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from hub.accounts.desk import LONGEST_LOGIN, SignInDesk, Tried, as_login
from hub.accounts.provider import is_safe_address
from hub.accounts.provider_words import asked
from hub.accounts.secret import hash_of, new_id, new_secret, open_secret
from hub.accounts.trail import Happened, Visitor, clean, note
from hub.errors import NotAllowed, NotFound, ProviderTrouble, TooBusy
from hub.parts import Hub
from hub.store.account.people import (
    StoredAccount,
    account_by_identity,
    account_by_login,
    add_account,
    bind_identity,
    has_identity,
)
from hub.store.account.trail import StoredErrand, StoredProvider, put_errand, take_errand, the_provider
from hub.store.core.database import Writing
from hub.store.core.instant import from_micros, to_micros

SCOPE = "openid email profile"
ERRAND = timedelta(minutes=10)
MOST_ERRANDS = 2000
"""Under way at once; whoever begins more is one who never comes back."""
LEEWAY_S = 60
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA", "Ed25519")
"""Signatures by a published key only: never none, never a shared secret."""
WELL_KNOWN = "/.well-known/openid-configuration"


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """Where to send the browser, and the state that its cookie keeps."""

    address: str
    state: str


def begin(hub: Hub, goal: str, back: str) -> Sent:
    """Begin an errand that comes back to the address ``back`` and leads on to ``goal``."""
    provider = _provider(hub)
    says = _configuration(provider.issuer)
    state, nonce, verifier = new_secret(hub), new_secret(hub), new_secret(hub)
    now = hub.clock()
    errand = StoredErrand(
        hash=hash_of(state),
        nonce=nonce,
        verifier=verifier,
        goal=goal,
        back=back,
        expires_at=to_micros(now + ERRAND),
    )
    with hub.store.writing() as connection:
        room = put_errand(connection, errand, to_micros(now), MOST_ERRANDS)
    if not room:
        raise TooBusy("too many sign in at once", own=False, after_s=60, advice="try again in a minute")
    address = add_params_to_uri(
        says["authorization_endpoint"],
        [
            ("response_type", "code"), ("client_id", provider.client), ("redirect_uri", back), ("scope", SCOPE),
            ("state", state), ("nonce", nonce), ("code_challenge", create_s256_code_challenge(verifier)),
            ("code_challenge_method", "S256"),
        ],
    )  # fmt: skip
    return Sent(address=address, state=state)


def finish(  # noqa: PLR0917 - an answer and everything that it is compared with
    hub: Hub, desk: SignInDesk, answer: Mapping[str, str], state: str, visitor: Visitor, before: str
) -> tuple[Tried, str]:
    """The session of whom the provider vouches for, and where to go on; ``state`` is what the browser's cookie kept.

    ``answer`` is what the provider sent the browser back with. ``NotAllowed`` says what does not hold.
    """
    if not state or answer.get("state") != state:
        raise NotAllowed("this browser did not begin to sign in here", advice="begin at the sign-in page")
    with hub.store.writing() as connection:
        errand = take_errand(connection, hash_of(state))
    if errand is None or hub.clock() >= from_micros(errand.expires_at):
        raise NotAllowed("this way to sign in was used, or is over", advice="begin at the sign-in page")
    provider = _provider(hub)
    if answer.get("iss", provider.issuer) != provider.issuer:  # RFC 9207
        raise NotAllowed("another identity provider answered", advice="begin at the sign-in page")
    if not answer.get("code"):
        raise NotAllowed("the identity provider did not let you in", advice="try again, or ask who runs it")
    claims = _claims(hub, provider, errand, answer["code"])
    with hub.store.writing() as connection:
        whose = _account(connection, hub, provider, claims, visitor)
        return desk.enter_known(connection, whose, visitor, before), errand.goal


def _provider(hub: Hub) -> StoredProvider:
    with hub.store.reading() as connection:
        found = the_provider(connection)
    if found is None:
        raise NotFound("there is no identity provider here", advice="sign in by name and password")
    return found


def _configuration(issuer: str) -> dict[str, str]:
    """What the provider says of itself (OpenID Connect Discovery 1.0, 4): of itself and no other, at safe addresses."""
    says = asked("GET", issuer.rstrip("/") + WELL_KNOWN)
    names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    if says.get("issuer") != issuer:
        raise ProviderTrouble("its configuration names another issuer", where=issuer, advice="correct 'provider set'")
    if not all(isinstance(says.get(name), str) and is_safe_address(says[name]) for name in names):
        raise ProviderTrouble("its configuration lacks an https address", where=issuer)
    return {name: says[name] for name in names}


def _claims(hub: Hub, provider: StoredProvider, errand: StoredErrand, code: str) -> Mapping[str, Any]:
    says = _configuration(provider.issuer)
    secret = None if provider.secret is None else open_secret(hub, provider.issuer, provider.secret)
    given = {
        "grant_type": "authorization_code",
        "code": code[:4000],
        "redirect_uri": errand.back,
        "code_verifier": errand.verifier,
        "client_id": provider.client,
    }
    got = asked("POST", says["token_endpoint"], form=given, user=(provider.client, secret) if secret else None)
    keys = asked("GET", says["jwks_uri"])
    try:
        token = jwt.decode(
            str(got.get("id_token", "")), KeySet.import_key_set(cast("Any", keys)), algorithms=list(ALGORITHMS)
        )
        claims = CodeIDToken(
            token.claims,
            token.header,
            {
                "iss": {"essential": True, "value": provider.issuer},
                "aud": {"essential": True, "value": provider.client},
            },
            {"nonce": errand.nonce, "client_id": provider.client, "access_token": got.get("access_token")},
        )
        claims.validate(now=int(hub.clock().timestamp()), leeway=LEEWAY_S)
    except (JoseError, OAuth2Error, ValueError, TypeError, KeyError) as error:
        raise NotAllowed(
            f"what the identity provider signed does not hold: {type(error).__name__}",
            advice="try again; if it happens again, compare issuer, client id and clocks",
        ) from None
    return dict(claims)


def _account(
    connection: Writing, hub: Hub, provider: StoredProvider, claims: Mapping[str, Any], visitor: Visitor
) -> StoredAccount:
    subject = clean(str(claims["sub"])[:300])
    known = account_by_identity(connection, provider.issuer, subject)
    if known is None:
        known = _first_time(connection, hub, provider, _login(provider, claims), str(claims.get("name", ""))[:100])
        bind_identity(connection, provider.issuer, subject, known.id)
        note(connection, hub, Happened.IDENTITY_BOUND, known, by=known.id, visitor=visitor, issuer=provider.issuer)
    if known.disabled_at is not None:
        raise NotAllowed("this account is disabled", advice="ask whoever manages accounts here")
    return known


def _first_time(connection: Writing, hub: Hub, provider: StoredProvider, login: str, name: str) -> StoredAccount:
    found = account_by_login(connection, login)
    if found is not None:
        if found.password is not None or has_identity(connection, provider.issuer, found.id):
            raise NotAllowed(
                "an account of this name is used by somebody already",
                advice="sign in by password, or ask whoever manages accounts to reset it",
            )
        return found
    if provider.role is None:
        raise NotAllowed("there is no account for you here", advice="ask whoever manages accounts to add you")
    new = StoredAccount(
        id=new_id(hub),
        login=login,
        name=clean(name or login),
        organisation=provider.organisation,
        plants=[],
        role=provider.role,
        made_at=to_micros(hub.clock()),
    )
    add_account(connection, new)
    note(connection, hub, Happened.ACCOUNT_ADDED, new, by=new.id, role=new.role, login=login)
    return new


def _login(provider: StoredProvider, claims: Mapping[str, Any]) -> str:
    said = claims.get(provider.claim)
    verified = provider.claim != "email" or claims.get("email_verified") is True
    login = as_login(said) if isinstance(said, str) and len(said) <= LONGEST_LOGIN else ""
    if not verified or not login or not login.isprintable() or any(one.isspace() for one in login):
        raise NotAllowed(
            f"the identity provider tells no usable {provider.claim!r} of you", advice="ask who runs it to release it"
        )
    return login
