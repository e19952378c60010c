"""The hub's HTTP API as the demo uses it."""

from types import TracebackType
from typing import Any, Self

import httpx

TIMEOUT_S = 20.0


class HubAnswer(Exception):
    """The hub refused, or did not answer; says which request and why."""


class HubClient:
    """One connection to a hub; writes bear the admin token."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url
        self._http = httpx.Client(base_url=url, timeout=TIMEOUT_S, trust_env=False)
        self._token = {"Authorization": f"Bearer {token}"}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._http.close()

    def post(self, path: str, form: dict[str, Any]) -> None:
        """Enter something."""
        self._answer("POST", path, json=form, headers=self._token)

    def send(self, path: str, content: bytes, **asked: str) -> None:
        """Enter a file."""
        self._answer("POST", path, content=content, params=asked, headers=self._token)

    def get(self, path: str) -> Any:
        """What the hub says, as JSON."""
        return self._answer("GET", path).json()

    def content(self, path: str) -> bytes:
        """A file or a page."""
        return self._answer("GET", path).content

    def _answer(self, method: str, path: str, **more: Any) -> httpx.Response:
        try:
            answer = self._http.request(method, path, **more)
        except httpx.HTTPError as error:
            raise HubAnswer(f"{method} {self.url}{path}: {str(error) or type(error).__name__}") from error
        if answer.is_error:
            raise HubAnswer(f"{method} {self.url}{path}: {answer.status_code} {answer.text[:500]}")
        return answer
