"""A session as it travels: the cookie that holds its secret, and what a form or script has to send along with it.

A cookie goes along with every request, also with one that another site made a browser send. So a request that changes
something and is known by its cookie alone must show the session's token besides: in the field ``csrf`` of a form, or in
the header ``X-CSRF-Token``. Under ``/api`` and ``/epcis``, where no form of the hub leads, only the header counts.
"""

import hmac
import ipaddress

from starlette.requests import Request
from starlette.responses import Response

from hub.accounts.asker import Asker
from hub.accounts.sessions import LONGEST
from hub.accounts.trail import Visitor
from hub.errors import ScopeMissing

COOKIE = "zy_session"
SECURE_COOKIE = f"__Host-{COOKIE}"
"""The name under TLS: browsers take it from this host alone, over TLS alone (RFC 6265bis, 4.1.3.2)."""
CSRF_FIELD = "csrf"
CSRF_HEADER = "X-CSRF-Token"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_HEADER_ONLY = ("/api/", "/epcis/")
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


def is_secure(request: Request) -> bool:
    """Whether the browser speaks TLS: with the hub, or with the reverse proxy in front of it.

    Who claims so wrongly only keeps his own browser from sending the cookie.
    """
    return "https" in (request.url.scheme, request.headers.get("x-forwarded-proto", ""))


def base_of(request: Request) -> str:
    """The hub's address as the browser knows it, without a slash at the end."""
    base = str(request.base_url).rstrip("/")
    return "https://" + base.partition("://")[2] if is_secure(request) else base


def secret_of(request: Request) -> str:
    """What the browser shows of a session; '' when nothing."""
    return request.cookies.get(SECURE_COOKIE if is_secure(request) else COOKIE, "")


def keep_secret(request: Request, response: Response, secret: str) -> None:
    """Let the browser show ``secret`` from now on; for a session's browser only, and never to scripts."""
    secure = is_secure(request)
    response.set_cookie(
        SECURE_COOKIE if secure else COOKIE,
        secret,
        max_age=int(LONGEST.total_seconds()),
        path="/",
        secure=secure,
        httponly=True,
        samesite="lax",
    )


def drop_secret(request: Request, response: Response) -> None:
    """Let the browser show nothing any more."""
    secure = is_secure(request)
    name = SECURE_COOKIE if secure else COOKIE
    response.delete_cookie(name, path="/", secure=secure, httponly=True, samesite="lax")


def visitor_of(request: Request) -> Visitor:
    """From where the request comes: behind a reverse proxy on this machine, from where that one says."""
    address = request.client.host if request.client else ""
    forwarded = request.headers.get("x-forwarded-for", "")
    if forwarded and request.app.state.proxied and _is_loopback(address):
        address = forwarded.rpartition(",")[2].strip()[:60]
    return Visitor(address=address, browser=request.headers.get("user-agent", "")[:200])


async def check_own_form(request: Request, asker: Asker) -> None:
    """``ScopeMissing`` when a request changes something by a session, and does not come from a page of the hub."""
    if request.method in SAFE_METHODS or asker.person is None or not asker.person.session:
        return
    await check_token(request, asker.person.csrf)


async def check_token(request: Request, expected: str) -> None:
    """``ScopeMissing`` unless the request shows the token that its page was given."""
    shown = request.headers.get(CSRF_HEADER)
    of_form = request.headers.get("content-type", "").startswith(_FORMS)
    if shown is None and of_form and not request.url.path.startswith(_HEADER_ONLY):
        field = (await request.form()).get(CSRF_FIELD)
        shown = field if isinstance(field, str) else None
    foreign = request.headers.get("sec-fetch-site") == "cross-site"
    if foreign or not expected or not hmac.compare_digest((shown or "").encode(), expected.encode()):
        raise ScopeMissing(
            "the request does not come from a page of this hub, or the page is too old",
            advice="open the page again; programs send a token ('Authorization: Bearer …') and no cookie",
        )


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
