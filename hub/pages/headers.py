"""What every answer tells the browser not to do.

Nothing is taken from another host and nothing runs inline. Styles inline are refused too: Plotly, which would add
rules to the page, finds them in our own style sheet instead (``plotly.css``).
"""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_RULES = {
    "default-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
CONTENT_SECURITY_POLICY = "; ".join(f"{what} {whence}" for what, whence in _RULES.items())
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


HTTPS_ONLY = {"Strict-Transport-Security": "max-age=31536000"}
"""Told over TLS only, by the hub's own certificate or a proxy's: browsers ask this host by TLS for a year."""


class SecurityHeaders:
    """Wraps the application; a header that an answer set itself is kept."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                over_tls = HTTPS_ONLY if scope.get("scheme") == "https" else {}
                for name, value in (HEADERS | over_tls).items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, with_headers)
