"""The language switch: ``?lang=`` on any page sets the cookie and leads back to the same page, nowhere else."""

from urllib.parse import parse_qsl, quote, urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from hub.pages.language import (
    LANGUAGE_COOKIE,
    LANGUAGE_PARAMETER,
    Language,
    chosen_language,
    preferred_language,
)

_A_YEAR_S = 365 * 24 * 3600
_PATH_SAFE = "/%:@!$&'()*+,;=~"
_NOT_PAGES = ("/api/", "/log/")


class LanguageSwitch:
    """Wraps the application; requests without the parameter pass untouched."""

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
    return f"{_path(request)}?{urlencode([*_others(request), (LANGUAGE_PARAMETER, language.value)])}"


def _switched(request: Request) -> Response | None:
    if request.method != "GET" or request.url.path.startswith(_NOT_PAGES):
        return None
    language = chosen_language(request.query_params.get(LANGUAGE_PARAMETER))
    if language is None:
        return None
    others = urlencode(_others(request))
    response = RedirectResponse(_path(request) + (f"?{others}" if others else ""), status_code=303)
    response.set_cookie(LANGUAGE_COOKIE, language.value, max_age=_A_YEAR_S, httponly=True, samesite="lax")
    return response


def _path(request: Request) -> str:
    """The path as it was asked for, with exactly one slash in front: ``//host`` would lead to another host."""
    raw: bytes = request.scope.get("raw_path") or request.url.path.encode()
    return "/" + quote(raw.decode("latin-1"), safe=_PATH_SAFE).lstrip("/")


def _others(request: Request) -> list[tuple[str, str]]:
    query: bytes = request.scope["query_string"]
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    return [(name, value) for name, value in pairs if name != LANGUAGE_PARAMETER]
