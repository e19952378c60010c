"""Who does something, as records name it: by a pseudonymous id, never by a name."""

import re

from hub.accounts.asker import Asker

ADMIN = "admin"
_OTHER = re.compile(r"[^A-Za-z0-9._-]")


def pseudonym(asker: Asker) -> str:
    """The account, the token, or the administrator."""
    known = asker.person.account if asker.person is not None else asker.token
    return _OTHER.sub("-", known)[:60] or ADMIN
