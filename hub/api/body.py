"""Bounds a request's body while it is read, before anything keeps it in memory."""

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.settings import Settings
from traceability.sync import BATCHES_PATH


class BodyLimit:
    """Wraps the application; the error it raises passes through body parsers and becomes a 413."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._settings.limits.body if scope["path"] == BATCHES_PATH else self._settings.entry_body
        taken = 0

        async def bounded() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > limit:
                raise HTTPException(413, f"the body is larger than {limit} bytes")
            return message

        await self._app(scope, bounded, send)
