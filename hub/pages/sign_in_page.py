"""Signing in and out: name and password, second factor, one-time links.

A form that nobody is signed in for has a token too: a random value in a cookie, of which the form sends a hash along,
so that no other site signs a visitor in under its own name. Answers are never kept, and tell no other site of them.
"""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Form, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response

from hub.accounts.desk import Outcome, Tried
from hub.accounts.oidc import begin, finish
from hub.accounts.sessions import csrf_of
from hub.api.access import desk_of, whole_hub
from hub.api.session import base_of, check_token, drop_secret, is_secure, keep_secret, secret_of, visitor_of
from hub.errors import EntryRefused
from hub.pages.account_paths import (
    ACCOUNT_PATH,
    BACK_PATH,
    CODE_PATH,
    HOME,
    LINK_PATH,
    PROVIDER_PATH,
    SIGN_IN_PATH,
    SIGN_OUT_PATH,
    own_goal,
)
from hub.pages.routes import pages_of
from hub.pages.speech import mark
from hub.store.account.trail import the_provider

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}
BEFORE, ERRAND = "zy_before", "zy_errand"
"""Cookies of a sign-in form, and of who was sent to an identity provider."""
LONGEST_FIELD = 400
REFUSED = mark("Name or password is wrong.")
CODE_REFUSED = mark("The code is wrong, was used before, or is over.")
WAIT = mark("There were too many failures. Wait %(seconds)s seconds, then try again.")
PASSWORD_REFUSED = mark(
    "This password is easily guessed: take one of at least 12 characters that does not hold your name, four words, say."
)
SAID_TWICE = mark("The two passwords are not the same.")
STATUS = {Outcome.REFUSED: 403, Outcome.CODE: 403, Outcome.WAIT: 429}

Field = Annotated[str, Form(max_length=LONGEST_FIELD)]
Goal = Annotated[str, Query(alias="next")]
GivenGoal = Annotated[str, Form(alias="next", max_length=4000)]


@router.get(SIGN_IN_PATH)
def get_sign_in(request: Request, goal: Goal = "") -> Response:
    """Who are you?"""
    return _sign_in_page(request, goal)


@router.post(SIGN_IN_PATH)
async def post_sign_in(request: Request, login: Field = "", password: Field = "", goal: GivenGoal = "") -> Response:
    """By name and password."""
    await check_token(request, csrf_of(request.cookies.get(BEFORE, "")))
    visitor = visitor_of(request)
    tried = await run_in_threadpool(desk_of(request).sign_in, login, password, visitor, secret_of(request))
    if tried.outcome in (Outcome.REFUSED, Outcome.WAIT):
        return await run_in_threadpool(_sign_in_page, request, goal, tried, login)
    return entered(request, tried, goal)


@router.get(CODE_PATH)
def get_code(request: Request, goal: Goal = "") -> Response:
    """The second factor."""
    return _code_page(request, goal)


@router.post(CODE_PATH)
async def post_code(request: Request, code: Field = "", goal: GivenGoal = "") -> Response:
    """By a code of the app, or a recovery code."""
    secret = secret_of(request)
    await check_token(request, csrf_of(secret))
    tried = await run_in_threadpool(desk_of(request).show_code, secret, code, visitor_of(request))
    if tried.outcome is Outcome.IN:
        return entered(request, tried, goal)
    if tried.outcome is Outcome.REFUSED:
        return RedirectResponse(SIGN_IN_PATH, status_code=303, headers=PRIVATE)
    return _code_page(request, goal, tried)


@router.get(LINK_PATH)
def get_link(secret: str, request: Request) -> Response:
    """Which password will you have? The secret in the address is the permission."""
    return _link_page(request, secret)


@router.post(LINK_PATH)
def post_link(secret: str, request: Request, password: Field = "", again: Field = "") -> Response:
    """Set it, and be signed in."""
    if password != again:
        return _link_page(request, secret, SAID_TWICE)
    try:
        tried = desk_of(request).use_link(secret, password, visitor_of(request), secret_of(request))
    except EntryRefused:
        return _link_page(request, secret, PASSWORD_REFUSED)
    return entered(request, tried, ACCOUNT_PATH)


@router.post(SIGN_OUT_PATH)
async def post_sign_out(request: Request) -> Response:
    """The session is over."""
    secret = secret_of(request)
    await check_token(request, csrf_of(secret))
    await run_in_threadpool(desk_of(request).sign_out, secret)
    answer = RedirectResponse(SIGN_IN_PATH, status_code=303, headers=PRIVATE)
    drop_secret(request, answer)
    return answer


@router.get(PROVIDER_PATH)
def get_provider(request: Request, goal: Goal = "") -> Response:
    """On to the company's own sign-in."""
    sent = begin(whole_hub(request), own_goal(goal), base_of(request) + BACK_PATH)
    answer = RedirectResponse(sent.address, status_code=303, headers=PRIVATE)
    answer.set_cookie(
        ERRAND, sent.state, max_age=600, path=SIGN_IN_PATH, secure=is_secure(request), httponly=True, samesite="lax"
    )
    return answer


@router.get(BACK_PATH)
def get_back(request: Request) -> Response:
    """Back from there."""
    said = {name: value[:4000] for name, value in request.query_params.items()}
    state, hub = request.cookies.get(ERRAND, ""), whole_hub(request)
    tried, goal = finish(hub, desk_of(request), said, state, visitor_of(request), secret_of(request))
    answer = entered(request, tried, goal)
    answer.delete_cookie(ERRAND, path=SIGN_IN_PATH)
    return answer


def entered(request: Request, tried: Tried, goal: str) -> Response:
    """On to where somebody wanted to go, or to the second factor."""
    kept = own_goal(goal)
    where = kept if tried.complete else CODE_PATH + ("" if kept == HOME else f"?next={quote(kept, safe='/')}")
    answer = RedirectResponse(where, status_code=303, headers=PRIVATE)
    keep_secret(request, answer, tried.secret)
    answer.delete_cookie(BEFORE, path=SIGN_IN_PATH)
    return answer


def trouble_of(request: Request, tried: Tried | None, refused: str = REFUSED) -> str:
    """What to say of a try that failed; '' before there was one."""
    if tried is None:
        return ""
    speech = pages_of(request).speech(request)
    if tried.outcome is Outcome.WAIT:
        return speech.say(WAIT, seconds=speech.count(wait_s(tried)))
    return speech.say(refused)


def wait_s(tried: Tried) -> int:
    """Whole seconds, never too few."""
    return int(tried.wait.total_seconds()) + 1


def private_page(
    request: Request, name: str, context: dict[str, Any], tried: Tried | None = None, status: int = 200
) -> Response:
    """A page that nobody keeps."""
    status = status if tried is None else STATUS.get(tried.outcome, status)
    answer = pages_of(request).answer(request, name, context, status)
    answer.headers.update(PRIVATE)
    if tried is not None and tried.outcome is Outcome.WAIT:
        answer.headers["Retry-After"] = str(wait_s(tried))
    return answer


def _sign_in_page(request: Request, goal: str, tried: Tried | None = None, login: str = "") -> Response:
    hub = whole_hub(request)
    before = request.cookies.get(BEFORE, "")
    made = before if len(before) == 64 else hub.random_bytes(32).hex()
    with hub.store.reading() as connection:
        provider = the_provider(connection)
    context = {
        "goal": own_goal(goal),
        "login": login,
        "trouble": trouble_of(request, tried),
        "provider": provider.label if provider else "",
        "csrf": csrf_of(made),
    }
    answer = private_page(request, "sign_in.html", context, tried)
    answer.set_cookie(
        BEFORE, made, max_age=3600, path=SIGN_IN_PATH, secure=is_secure(request), httponly=True, samesite="lax"
    )
    return answer


def _code_page(request: Request, goal: str, tried: Tried | None = None) -> Response:
    context = {
        "goal": own_goal(goal),
        "trouble": trouble_of(request, tried, CODE_REFUSED),
        "csrf": csrf_of(secret_of(request)),
    }
    return private_page(request, "sign_in_code.html", context, tried)


def _link_page(request: Request, secret: str, trouble: str = "") -> Response:
    with whole_hub(request).store.reading() as connection:
        whose = desk_of(request).whose_link(connection, secret)
    said = pages_of(request).speech(request).say(trouble) if trouble else ""
    context = {"login": whose.login, "trouble": said}
    return private_page(request, "set_password.html", context, status=422 if trouble else 200)
