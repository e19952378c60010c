"""What the administrator does about keys: one-time tokens and revocation. Needs the admin token."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from hub.api.access import AdminOnly, UsesHub
from hub.enrol.address import agents_address
from hub.enrol.certificate import next_pin
from hub.enrol.keys import revoke
from hub.enrol.tokens import TokenOrder, make_token
from hub.entry.forms import Entered, Form, Key, Note
from hub.parts import Hub
from traceability.enrolment import ENROLMENTS_PATH

router = APIRouter(tags=["enrolment"], dependencies=[AdminOnly])


class TokenForm(Form):
    """What a token is for; ``hub_url`` and ``tls_pin`` are those that ``serve`` uses when they are left out."""

    author: Key
    plant: Key
    line: Note = ""
    hours: Annotated[float, Field(gt=0, le=720)] = 24
    replaces: bool = False
    hub_url: Note = ""
    tls_pin: Note = ""


class TokenText(BaseModel):
    """A token, shown this once."""

    id: str
    token: str
    author: str
    expires: datetime


class RevocationForm(Form):
    """Why an author's key counts no more, and who says so (a pseudonymous id)."""

    reason: Annotated[str, Field(min_length=1, max_length=1000)]
    by: Key


@router.post(f"{ENROLMENTS_PATH}/tokens", status_code=201)
def post_token(form: TokenForm, hub: UsesHub) -> TokenText:
    """Make a one-time token."""
    made = make_token(hub, _order(form, hub))
    return TokenText(id=made.id, token=made.text, author=made.author, expires=made.expires)


@router.post("/api/v1/agents/{author}/revocation", status_code=201)
def post_revocation(author: str, form: RevocationForm, hub: UsesHub) -> Entered:
    """From here on no key of the author counts."""
    stored = revoke(hub, author, reason=form.reason, by=form.by)
    return Entered(new=False) if stored is None else Entered(new=True, log_index=stored.id, hash=stored.hash)


def _order(form: TokenForm, hub: Hub) -> TokenOrder:
    url, pin = (form.hub_url, form.tls_pin or None) if form.hub_url else agents_address(hub)
    return TokenOrder(
        author=form.author,
        plant=form.plant,
        line=form.line or form.author,
        hub_url=url,
        tls_pin=pin,
        next_tls_pin=next_pin(hub.settings.data, pin),
        valid=timedelta(hours=form.hours),
        replaces=form.replaces,
    )
