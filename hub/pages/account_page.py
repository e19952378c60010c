"""One's own account: password, second factor, sessions, tokens, and what happened to it.

What is shown once (recovery codes, a new token) is in the answer to the form that made it, which nobody keeps.
"""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from hub.accounts.asker import Person
from hub.accounts.desk import Outcome, Tried
from hub.accounts.events import own_events
from hub.accounts.factor import new_recovery_codes, offer, offered_again, recovery_left, switch_off, switch_on
from hub.accounts.own_tokens import USUAL_DAYS, list_own_tokens, make_own_token, revoke_own_token
from hub.accounts.permission import Scope
from hub.accounts.routes import UsesPerson, WholeHub, end_own_session, own_account
from hub.accounts.sessions import list_sessions
from hub.accounts.trail import Happened, note
from hub.api.access import desk_of
from hub.api.session import visitor_of
from hub.errors import EntryRefused
from hub.pages.account_paths import ACCOUNT_PATH
from hub.pages.routes import pages_of
from hub.pages.sign_in_page import PASSWORD_REFUSED, SAID_TWICE, Field, private_page, trouble_of
from hub.pages.speech import mark
from hub.parts import Hub
from hub.store.account.sessions import end_sessions_of
from vision.drawing import draw_qr

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
RECENT = 15
PASSWORD_DONE = mark("The password is changed; you are signed out everywhere else.")
FACTOR_DONE = mark("The second factor is off.")
WRONG_CODE = mark("The code does not fit. Check the clock of the phone and type the next code.")
WRONG_PASSWORD = mark("The present password is wrong.")
NOTHING: dict[str, Any] = {"trouble": "", "done": "", "offered": None, "code": None, "recovery": (), "made": None}
"""What a step may show besides the page itself."""
Days = Annotated[int, Form(ge=1, le=365)]


@router.get(ACCOUNT_PATH)
def get_account_page(request: Request, hub: WholeHub, person: UsesPerson) -> Response:
    """Who am I here, and what opens my account?"""
    return _page(request, hub, person)


@router.post(f"{ACCOUNT_PATH}/password")
def post_password(  # noqa: PLR0917 - a form's fields
    request: Request, hub: WholeHub, person: UsesPerson, old: Field = "", password: Field = "", again: Field = ""
) -> Response:
    """Another password."""
    if password != again:
        return _page(request, hub, person, trouble=_say(request, SAID_TWICE))
    try:
        tried = desk_of(request).change_password(
            own_account(hub, person), old, password, visitor_of(request), person.session
        )
    except EntryRefused:
        return _page(request, hub, person, trouble=_say(request, PASSWORD_REFUSED))
    if tried.outcome is not Outcome.IN:
        return _refused(request, hub, person, tried)
    return _page(request, hub, person, done=_say(request, PASSWORD_DONE))


@router.post(f"{ACCOUNT_PATH}/session-end")
def post_session_end(hub: WholeHub, person: UsesPerson, session: Field) -> Response:
    """End one session."""
    end_own_session(hub, person, session)
    return _back()


@router.post(f"{ACCOUNT_PATH}/sessions-end")
def post_sessions_end(hub: WholeHub, person: UsesPerson) -> Response:
    """End every session but this one."""
    whose = own_account(hub, person)
    with hub.store.writing() as connection:
        end_sessions_of(connection, whose.id, but=person.session)
        note(connection, hub, Happened.SESSION_ENDED, whose, by=whose.id, which="all others")
    return _back()


@router.post(f"{ACCOUNT_PATH}/factor-offer")
def post_factor_offer(request: Request, hub: WholeHub, person: UsesPerson) -> Response:
    """Show the secret for an app; it counts once a code of it was typed."""
    offered = offer(hub, person.login)
    return _page(request, hub, person, offered=offered, code=draw_qr(offered.address))


@router.post(f"{ACCOUNT_PATH}/factor-on")
def post_factor_on(
    request: Request, hub: WholeHub, person: UsesPerson, secret: Field = "", code: Field = ""
) -> Response:
    """The app has the secret: from now on its codes are asked for."""
    try:
        with hub.store.writing() as connection:
            recovery = switch_on(connection, hub, own_account(hub, person), secret, code)
    except EntryRefused:
        offered = offered_again(secret, person.login)
        drawn = draw_qr(offered.address)
        return _page(request, hub, person, offered=offered, code=drawn, trouble=_say(request, WRONG_CODE))
    return _page(request, hub, person, recovery=recovery)


@router.post(f"{ACCOUNT_PATH}/factor-off")
def post_factor_off(request: Request, hub: WholeHub, person: UsesPerson, password: Field = "") -> Response:
    """No second factor any more; whoever found an open browser does not know the password."""
    tried = desk_of(request).check_password(own_account(hub, person), password, visitor_of(request))
    if tried.outcome is not Outcome.IN:
        return _refused(request, hub, person, tried)
    with hub.store.writing() as connection:
        switch_off(connection, hub, own_account(hub, person), person.account)
    return _page(request, hub, person, done=_say(request, FACTOR_DONE))


@router.post(f"{ACCOUNT_PATH}/recovery")
def post_recovery(request: Request, hub: WholeHub, person: UsesPerson, password: Field = "") -> Response:
    """New recovery codes in place of the old ones."""
    tried = desk_of(request).check_password(own_account(hub, person), password, visitor_of(request))
    whose = own_account(hub, person)
    if tried.outcome is not Outcome.IN or whose.factor is None:
        return _refused(request, hub, person, tried)
    with hub.store.writing() as connection:
        recovery = new_recovery_codes(connection, hub, whose)
    return _page(request, hub, person, recovery=recovery)


@router.post(f"{ACCOUNT_PATH}/token")
def post_own_token(  # noqa: PLR0917 - a form's fields
    request: Request,
    hub: WholeHub,
    person: UsesPerson,
    scopes: Annotated[list[Scope], Form()],
    days: Days = USUAL_DAYS,
    text: Field = "",
) -> Response:
    """A token for one's own programs, shown this once."""
    made = make_own_token(hub, own_account(hub, person), scopes, valid=timedelta(days=days), text=text[:200])
    return _page(request, hub, person, made=made)


@router.post(f"{ACCOUNT_PATH}/token-revoke")
def post_token_revoke(hub: WholeHub, person: UsesPerson, token: Field) -> Response:
    """A token is good for nothing any more."""
    revoke_own_token(hub, own_account(hub, person), token)
    return _back()


def _page(request: Request, hub: Hub, person: Person, **besides: Any) -> Response:
    whose, now = own_account(hub, person), hub.clock()
    with hub.store.reading() as connection:
        context = {
            "account": whose,
            "sessions": list_sessions(connection, whose.id, now, person.session),
            "tokens": list_own_tokens(connection, whose.id),
            "events": own_events(connection, whose.id, RECENT),
            "recovery_left": recovery_left(connection, whose.id),
        }
    context |= {"now": now, "scopes": tuple(Scope), "usual_days": USUAL_DAYS}
    status = 422 if besides.get("trouble") else 200
    return private_page(request, "account.html", context | NOTHING | besides, status=status)


def _refused(request: Request, hub: Hub, person: Person, tried: Tried) -> Response:
    return _page(request, hub, person, trouble=trouble_of(request, tried, WRONG_PASSWORD))


def _say(request: Request, text: str) -> str:
    return pages_of(request).speech(request).say(text)


def _back() -> Response:
    return RedirectResponse(ACCOUNT_PATH, status_code=303)
