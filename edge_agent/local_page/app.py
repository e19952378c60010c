"""What the local page answers: the page, its style, the status as JSON, metrics, and whether the agent is well.

Only requests that name this machine as their host are served, so that no web site can read the line through a name
of its own that leads here (DNS rebinding). Nothing is changed by any request.
"""

import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec
from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from edge_agent.errors import AgentError
from edge_agent.local_page.language import chosen, words
from edge_agent.local_page.metrics import CONTENT_TYPE, metrics_text
from edge_agent.local_page.page import page_html
from edge_agent.status import Status

_LOG = logging.getLogger(__name__)
StatusSource = Callable[[], Awaitable[Status]]

_STYLE = Path(__file__).with_name("page.css")
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def page_app(status: StatusSource, port: int) -> ASGIApp:
    """The application behind ``port`` of this machine."""
    style = _STYLE.read_bytes()

    async def page(request: Request) -> Response:
        language = chosen(request.query_params.get("lang"), request.headers.get("accept-language", ""))
        return HTMLResponse(page_html(await status(), words(language)), headers={"Vary": "Accept-Language"})

    async def style_sheet(_: Request) -> Response:
        return Response(style, media_type="text/css", headers={"Cache-Control": "max-age=300"})

    async def as_json(_: Request) -> Response:
        return Response(msgspec.json.encode(await status()), media_type="application/json")

    async def metrics(_: Request) -> Response:
        return Response(metrics_text(await status()), headers={"Content-Type": CONTENT_TYPE})

    async def health(_: Request) -> Response:
        await status()
        return PlainTextResponse("ok\n")

    routes = [
        Route("/", page),
        Route("/page.css", style_sheet),
        Route("/status.json", as_json),
        Route("/metrics", metrics),
        Route("/healthz", health),
    ]
    app = Starlette(routes=routes, exception_handlers={AgentError: _unwell, Exception: _failed})
    return _Guard(app, frozenset(f"{name}:{port}" for name in ("127.0.0.1", "localhost")))


def _unwell(_: Request, error: Exception) -> Response:
    return PlainTextResponse(f"{error}\n", status_code=503)


def _failed(request: Request, _: Exception) -> Response:
    _LOG.exception("the local page failed unexpectedly at %s; report this line", request.url.path)
    return PlainTextResponse("the page failed; see the agent's log\n", status_code=500)


class _Guard:
    """Refuses other hosts, and adds what every answer tells the browser not to do."""

    def __init__(self, app: ASGIApp, hosts: frozenset[str]) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        app = self._app
        if Headers(scope=scope).get("host", "").lower() not in self._hosts:
            app = PlainTextResponse("this page is for this machine only\n", status_code=421)
        await app(scope, receive, with_headers)
