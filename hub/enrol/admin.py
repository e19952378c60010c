"""What the administrator does about keys: one-time tokens and revocation. Needs the admin token."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from hub.api.access import AdminOnly, UsesHub
from hub.api.answer import documented, json_answer
from hub.enrol.address import agents_address
from hub.enrol.certificate import next_pin
from hub.enrol.keys import revoke, revoke_at
from hub.enrol.token_views import TokenList, token_list, void_token
from hub.enrol.tokens import TokenOrder, make_token
from hub.entry.forms import Entered, Form, Key, Note, entered
from hub.parts import Hub
from traceability.enrolment import ENROLMENTS_PATH

router = APIRouter(tags=["enrolment"])


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


@router.post(f"{ENROLMENTS_PATH}/tokens", status_code=201, dependencies=[AdminOnly])
def post_token(form: TokenForm, hub: UsesHub) -> TokenText:
    """Make a one-time token."""
    made = make_token(hub, token_order(form, hub))
    return TokenText(id=made.id, token=made.text, author=made.author, expires=made.expires)


@router.post("/api/v1/agents/{author}/revocation", status_code=201, dependencies=[AdminOnly])
def post_revocation(author: str, form: RevocationForm, hub: UsesHub) -> Entered:
    """From here on no key of the author counts."""
    stored = revoke(hub, author, reason=form.reason, by=form.by)
    return Entered(new=False) if stored is None else Entered(new=True, log_index=stored.id, hash=stored.hash)


class PlantTokenForm(Form):
    """What a token of a plant is for; the author is PLANT.LINE where none is named."""

    line: Annotated[str, Field(min_length=1, max_length=100)]
    author: Annotated[str, Field(max_length=200)] = ""
    hours: Annotated[float, Field(gt=0, le=720)] = 24
    replaces: bool = False


@router.get("/api/v1/plants/{plant}/tokens", response_class=Response, responses=documented(TokenList))
def get_tokens(plant: str, hub: UsesHub) -> Response:
    """Tokens of a plant, the newest first; never their text."""
    with hub.store.reading() as connection:
        return json_answer(token_list(connection, plant, hub.clock()))


@router.post("/api/v1/plants/{plant}/tokens", status_code=201, dependencies=[AdminOnly])
def post_plant_token(plant: str, form: PlantTokenForm, hub: UsesHub) -> TokenText:
    """Make a one-time token for a line of the plant."""
    asked = TokenForm(
        author=form.author or f"{plant}.{form.line}",
        plant=plant,
        line=form.line,
        hours=form.hours,
        replaces=form.replaces,
    )
    made = make_token(hub, token_order(asked, hub))
    return TokenText(id=made.id, token=made.text, author=made.author, expires=made.expires)


@router.delete("/api/v1/plants/{plant}/tokens/{token}", status_code=204, dependencies=[AdminOnly])
def delete_plant_token(plant: str, token: str, hub: UsesHub) -> None:
    """An unused token is used by nobody any more."""
    void_token(hub, plant, token)


@router.post("/api/v1/plants/{plant}/agents/{author}/revocation", status_code=201, dependencies=[AdminOnly])
def post_plant_revocation(plant: str, author: str, form: RevocationForm, hub: UsesHub) -> Entered:
    """From here on no key of this agent of the plant counts."""
    return entered(revoke_at(hub, plant, author, reason=form.reason, by=form.by))


def token_order(form: TokenForm, hub: Hub) -> TokenOrder:
    """With the address and pin that ``serve`` uses, where none is given."""
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
