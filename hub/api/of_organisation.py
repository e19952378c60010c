"""Who enters what is of an organisation as a whole, and with what hub."""

from typing import Annotated

from fastapi import Depends, Request

from hub.accounts.asker import Asker
from hub.api.access import UsesAsker, whole_hub
from hub.errors import NotAllowed, ScopeMissing
from hub.parts import Hub


def enters_for(asker: Asker, organisation: str) -> bool:
    """Whether ``asker`` may enter what is of an organisation as a whole, as far as the role goes.

    The operator's side may, and people of the organisation itself who are not limited to some of its plants.
    """
    if asker.person is None:
        return asker.admin
    return asker.is_operator or (asker.organisation == organisation and not asker.plants)


def to_enter_for(request: Request, organisation: str, asker: UsesAsker) -> Hub:
    """The whole hub to enter something of the organisation that the address names; ``NotAllowed``, ``ScopeMissing``."""
    if enters_for(asker, organisation):
        return whole_hub(request)  # a person's role was compared with the route's need before
    if asker.is_operator or asker.preview:
        raise NotAllowed("sign in, or show a token", advice="the pages ask for it")
    raise ScopeMissing(
        "only the organisation's own people who see all of its plants enter this, or the operator of the hub",
        advice="ask one of them",
    )


EntersFor = Annotated[Hub, Depends(to_enter_for)]
