"""Bounds a request's body while it is read, in size and in time, before anything keeps it in memory.

A body has ``GRACE_S`` seconds, and one more for each ``SLOWEST`` bytes of it that have come: a slow line gets through,
and who sends a byte now and then to keep a connection does not.
"""

import asyncio
import re

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.settings import Settings
from traceability.sync import BATCHES_PATH

GRACE_S = 20.0
SLOWEST = 1000
CAPTURE_PATH = "/epcis/capture"
_CLOSE = {"Connection": "close"}
_TAKES_FILES = re.compile(r"/attachments(/[^/]*)?$|/notification-files$|/api/v1/values/study$|/search/photo$")
_TAKES_TEXTS = re.compile(r"/configurations(/check)?$|/rollouts/[^/]+/signed$")
_TAKES_TABLES = re.compile(r"/(master|history)/import$|/file$|/files$")


class BodyLimit:
    """Wraps the application; the errors it raises pass through body parsers and become a 413 or 408."""

    def __init__(self, app: ASGIApp, settings: Settings, *, grace: float = GRACE_S) -> None:
        self._app = app
        self._settings = settings
        self._grace = grace

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = _limit_of(scope["path"], self._settings)
        await self._app(scope, _Bounded(scope, receive, limit, self._grace), send)


def _limit_of(path: str, settings: Settings) -> int:
    if path == BATCHES_PATH:
        return settings.limits.body
    if path == CAPTURE_PATH:
        return settings.capture_body
    if _TAKES_TABLES.search(path):
        return settings.table_body
    return settings.file_body if _TAKES_FILES.search(path) or _TAKES_TEXTS.search(path) else settings.entry_body


class _Bounded:
    """``receive`` of one request."""

    def __init__(self, scope: Scope, receive: Receive, limit: int, grace: float) -> None:
        self._receive = receive
        self._limit = limit
        self._taken = 0
        self._more = True
        self._due = asyncio.get_running_loop().time() + grace
        declared = Headers(scope=scope).get("content-length", "")
        self._declared = int(declared) if declared.isascii() and declared.isdigit() else 0

    async def __call__(self) -> Message:
        if self._declared > self._limit:
            raise HTTPException(413, f"the body has {self._declared} bytes, at most {self._limit} are taken")
        if not self._more:  # what comes now is only that the sender hung up
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._due + self._taken / SLOWEST):
                message = await self._receive()
        except TimeoutError:
            raise HTTPException(408, f"only {self._taken} bytes of the body came in time", _CLOSE) from None
        self._taken += len(message.get("body", b""))
        self._more = bool(message.get("more_body", False))
        if self._taken > self._limit:
            raise HTTPException(413, f"the body is larger than {self._limit} bytes", _CLOSE)
        return message
