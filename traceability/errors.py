"""Every error of the ground.

::

    ZhuoyueError
    ├── Malformed           bytes or text are not what the format says
    │   └── FormatUnsupported   they are of another major version of the format
    ├── LimitExceeded       well-formed, but larger than the reader accepts
    ├── IdentifierRefused   a code or identifier that is not exactly one valid identity
    ├── SignatureRefused    no valid signature by the key expected
    └── ProofRefused        a Merkle path, chain or checkpoint that does not add up

The towers' own trees (``AgentError``, ``HubError``) derive from ``ZhuoyueError`` too, so that a command's outermost
edge can tell a stated problem from a bug. Each error says what happened, ``where``, and what to do (``advice``).
"""

from collections.abc import Iterator
from contextlib import contextmanager


class ZhuoyueError(Exception):
    """Root of all stated problems; anything else that escapes is a bug."""

    def __init__(self, what: str, *, where: str = "", advice: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.advice = advice

    def __str__(self) -> str:
        where = f"{self.where}: " if self.where else ""
        advice = f" ({self.advice})" if self.advice else ""
        return f"{where}{self.what}{advice}"

    def at(self, where: str) -> "ZhuoyueError":
        """The same error, placed inside something larger: ``file: line: field``."""
        self.where = f"{where}: {self.where}" if self.where else where
        return self


class Malformed(ZhuoyueError):
    """Bytes or text are not what the format says."""


class FormatUnsupported(Malformed):
    """Of another major version of the format than this program reads."""


class LimitExceeded(ZhuoyueError):
    """Well-formed so far, but larger than the reader accepts."""


class IdentifierRefused(ZhuoyueError):
    """A code or identifier that is not exactly one valid identity."""


class SignatureRefused(ZhuoyueError):
    """No valid signature by the key expected."""


class ProofRefused(ZhuoyueError):
    """A Merkle path, chain or checkpoint that does not add up."""


@contextmanager
def locating(where: str) -> Iterator[None]:
    """Whatever stated problem arises inside is told as happening at ``where``."""
    try:
        yield
    except ZhuoyueError as error:
        raise error.at(where) from None
