"""Whether somebody who was let in is still to be let in: for answers that take long."""

from fastapi import Request

from hub.accounts.asker import Asker
from hub.api.access import check_permission, identified, whole_hub
from hub.api.session import secret_of
from hub.errors import NotAllowed, ScopeMissing


def asks_still(request: Request, asker: Asker) -> bool:
    """Whether what let ``asker`` ask is still good, and lets see the same.

    Looking does not count as being there: a session that only listens grows old.
    """
    given = request.headers.get("authorization")
    token = None if given is None else given.partition(" ")[2]
    try:
        with whole_hub(request).store.reading() as connection:
            known, _ = identified(connection, request, token, "" if token else secret_of(request))
        check_permission(request, known)
    except (NotAllowed, ScopeMissing):
        return False
    return known.is_operator if asker.preview else (known.eyes, known.admin) == (asker.eyes, asker.admin)
