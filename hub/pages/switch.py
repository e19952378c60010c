"""What a reader may switch on any page: ``?lang=``, ``?theme=``, ``?zone=`` set a cookie and lead back to the page."""

from collections.abc import Callable, Mapping

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from hub.pages.frame.address import address_of
from hub.pages.frame.preference import (
    THEME_COOKIE,
    THEME_PARAMETER,
    ZONE_COOKIE,
    ZONE_PARAMETER,
    chosen_theme,
    chosen_zone,
)
from hub.pages.language import (
    LANGUAGE_COOKIE,
    LANGUAGE_PARAMETER,
    Language,
    chosen_language,
    preferred_language,
)

_A_YEAR_S = 365 * 24 * 3600
_NOT_PAGES = ("/api/", "/log/", "/epcis/")
_CHOICES: Mapping[str, tuple[str, Callable[[str | None], str | None]]] = {
    LANGUAGE_PARAMETER: (LANGUAGE_COOKIE, chosen_language),
    THEME_PARAMETER: (THEME_COOKIE, chosen_theme),
    ZONE_PARAMETER: (ZONE_COOKIE, chosen_zone),
}
"""By parameter: the cookie, and what of a text is a choice."""


class PreferenceSwitch:
    """Wraps the application; requests without such a parameter pass untouched."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        answer = _switched(Request(scope)) if scope["type"] == "http" else None
        await (answer or self._app)(scope, receive, send)


def language_of(request: Request) -> Language:
    """The reader's choice; before there is one, what the browser prefers."""
    chosen = chosen_language(request.cookies.get(LANGUAGE_COOKIE))
    return chosen or preferred_language(request.headers.get("accept-language"))


def switch_address(request: Request, language: Language) -> str:
    """The present page with the switch to ``language``."""
    return address_of(request).with_((LANGUAGE_PARAMETER, language.value))


def _switched(request: Request) -> Response | None:
    if request.method != "GET" or request.url.path.startswith(_NOT_PAGES):
        return None
    chosen = {
        cookie: choice
        for parameter, (cookie, read) in _CHOICES.items()
        if (choice := read(request.query_params.get(parameter))) is not None
    }
    if not chosen:
        return None
    response = RedirectResponse(address_of(request).without(*_CHOICES), status_code=303)
    for cookie, choice in chosen.items():
        response.set_cookie(cookie, str(choice), max_age=_A_YEAR_S, httponly=True, samesite="lax")
    return response
