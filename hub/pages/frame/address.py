"""The address of the page that is being read, with one thing in its question changed: links that keep the rest."""

from collections.abc import Iterable
from urllib.parse import parse_qsl, quote, urlencode

import msgspec
from starlette.requests import Request

_PATH_SAFE = "/%:@!$&'()*+,;=~"


class Address(msgspec.Struct, frozen=True):
    """Path and question; the path has exactly one slash in front, so it never leads to another host."""

    path: str
    pairs: tuple[tuple[str, str], ...] = ()

    def with_(self, *changes: tuple[str, str | None]) -> str:
        """The same page with these parameters set (None: without them); others stay as they are."""
        names = {name for name, _ in changes}
        kept = [pair for pair in self.pairs if pair[0] not in names]
        return self._text([*kept, *((name, value) for name, value in changes if value is not None)])

    def without(self, *names: str) -> str:
        """The same page without these parameters."""
        return self._text([pair for pair in self.pairs if pair[0] not in names])

    def get(self, name: str) -> str | None:
        """The last value of a parameter."""
        return next((value for key, value in reversed(self.pairs) if key == name), None)

    def others(self, *names: str) -> list[tuple[str, str]]:
        """Every parameter but these: what a form has to carry along."""
        return [pair for pair in self.pairs if pair[0] not in names]

    def _text(self, pairs: Iterable[tuple[str, str]]) -> str:
        question = urlencode(list(pairs))
        return self.path + (f"?{question}" if question else "")


def address_of(request: Request) -> Address:
    """Where the reader is."""
    query: bytes = request.scope["query_string"]
    raw: bytes = request.scope.get("raw_path") or request.url.path.encode()
    path = "/" + quote(raw.decode("latin-1"), safe=_PATH_SAFE).lstrip("/")
    return Address(path, tuple(parse_qsl(query.decode("latin-1"), keep_blank_values=True)))
