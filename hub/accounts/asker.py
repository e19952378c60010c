"""Who asks, and what it may do."""

import msgspec

from hub.accounts.permission import EVERYTHING, LOCAL_VIEWER_MAY, Permission, Role, Scope

__all__ = ["ADMIN", "OPERATOR", "Asker", "Person", "Scope"]


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Whose session or token it is."""

    account: str
    login: str
    name: str
    role: Role
    plants: frozenset[str] = frozenset()
    """Only these of the organisation's plants; every one when empty."""
    session: str = ""
    """Hash of the session by which the person asks; '' by a token."""
    csrf: str = ""
    """What a form of this session has to send along."""


class Asker(msgspec.Struct, frozen=True, kw_only=True):
    """The operator of the hub (``organisation`` ""), or an organisation: by a token, or by a person who signed in.

    ``preview``: the operator looks at what the organisation sees.
    """

    organisation: str = ""
    scopes: frozenset[Scope] = frozenset(Scope)
    token: str = ""
    admin: bool = False
    """Showed the admin token, and is not only somebody on this machine."""
    preview: bool = False
    permissions: frozenset[Permission] = EVERYTHING
    person: Person | None = None
    at_plant: str = ""
    """The asker's own plant of which the route writes, where it does."""

    @property
    def is_operator(self) -> bool:
        """Whether everything is shown to it."""
        return not self.organisation

    @property
    def may_act(self) -> bool:
        """Whether it is known who asks: by a token, or by having signed in."""
        return self.admin or self.person is not None or bool(self.organisation and not self.preview)

    @property
    def plants(self) -> frozenset[str]:
        """Of the plants of its own organisation it sees these alone; every one when empty."""
        return self.person.plants if self.person is not None and self.organisation else frozenset()

    @property
    def eyes(self) -> tuple[str, ...]:
        """Who sees the same: an organisation, or those of its people who see the same of its plants."""
        return (self.organisation, self.at_plant, *sorted(self.plants))

    @property
    def noted_as(self) -> str:
        """How audit entries name it: the id of its token, or of the account."""
        return self.token or (f"account:{self.person.account}" if self.person else "")

    @property
    def signature(self) -> str:
        """Under which pseudonymous id the asker's entries stand: that of the account, or of the token."""
        if self.person is not None:
            return self.person.account
        return self.token or ("operator" if self.admin else "")


OPERATOR = Asker(permissions=LOCAL_VIEWER_MAY)
"""Whoever is on this machine, where pages are open."""
ADMIN = Asker(admin=True)
