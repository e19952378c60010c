"""Who asks, and what it may do."""

from enum import StrEnum

import msgspec


class Scope(StrEnum):
    """What a token is good for."""

    READ = "read"
    """Ask questions; what is answered is what policies share with the organisation."""
    WRITE = "write"
    """Take part in notifications, for its own side."""
    CAPTURE = "capture"
    """Give EPCIS events of its own into the hub."""
    ADMIN = "admin"
    """State the organisation's policies."""


class Asker(msgspec.Struct, frozen=True, kw_only=True):
    """The operator of the hub (``organisation`` ""), or an organisation by one of its tokens.

    ``preview``: the operator looks at what the organisation sees.
    """

    organisation: str = ""
    scopes: frozenset[Scope] = frozenset(Scope)
    token: str = ""
    admin: bool = False
    """Showed the admin token, and is not only somebody on this machine."""
    preview: bool = False

    @property
    def is_operator(self) -> bool:
        """Whether everything is shown to it."""
        return not self.organisation


OPERATOR = Asker()
ADMIN = Asker(admin=True)
