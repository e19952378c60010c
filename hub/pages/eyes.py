"""With whose eyes a page is drawn that answers a form.

A form about a plant of one's own is given the whole hub to write with (``hub.api.access``); the page that answers it
shows no more than any other page.
"""

from fastapi import Request

from hub.accounts.asker import Asker
from hub.api.access import audit_of, whole_hub
from hub.parts import Hub
from hub.sharing.audit import Question
from hub.sharing.seen import seen_by


def eyes_of(request: Request, asker: Asker) -> Hub:
    """The hub as the asker sees it."""
    hub = whole_hub(request)
    if asker.is_operator:
        return hub
    question = Question(asker=asker.organisation, token=asker.noted_as, asked=f"{request.method} {request.url.path}")
    return seen_by(hub, question, audit_of(request), asker.plants)


def to_show(request: Request, hub: Hub, asker: Asker) -> Hub:
    """``hub`` as the route was given it, or the asker's view of it where it was given to write with."""
    return eyes_of(request, asker) if asker.at_plant else hub
