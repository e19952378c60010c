"""Views that readers keep: a page of the hub with its question, under a name. Each reader sees its own."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from hub.accounts.asker import Asker
from hub.errors import EntryRefused, NotFound
from hub.parts import Hub
from hub.store.core.database import Reading
from hub.store.core.instant import to_micros
from hub.store.mail.subscriptions import StoredView, add_view, remove_view, views_of
from hub.subscription.views import SavedViews, saved

MOST = 200
ID_BYTES = 9


class ViewForm(BaseModel):
    """``address`` is a path of this hub with its question."""

    model_config = ConfigDict(extra="forbid")
    name: Annotated[str, Field(min_length=1, max_length=200)]
    address: Annotated[str, Field(min_length=1, max_length=2000)]


def keep_view(hub: Hub, asker: Asker, form: ViewForm) -> StoredView:
    """Keep a page; ``EntryRefused`` for an address that is none of this hub's."""
    name, address = form.name.strip(), own_address(form.address)
    if not name:
        raise EntryRefused("a name is needed", where="name", advice="say what the view shows")
    owner, person = _reader(asker)
    with hub.store.writing() as connection:
        if len(views_of(connection, owner, person)) >= MOST:
            raise EntryRefused(f"there are {MOST} views already", where="views", advice="remove one")
        stored = StoredView(
            id=hub.random_bytes(ID_BYTES).hex(),
            owner=owner,
            person=person,
            name=name,
            address=address,
            made_at=to_micros(hub.clock()),
        )
        add_view(connection, stored)
    return stored


def forget_view(hub: Hub, asker: Asker, identity: str) -> None:
    """``NotFound`` unless it is the reader's own."""
    with hub.store.writing() as connection:
        if not remove_view(connection, identity, *_reader(asker)):
            raise NotFound(f"there is no view {identity[:60]!r}", advice="/api/v1/views lists them")


def own_views(connection: Reading, asker: Asker) -> SavedViews:
    """The reader's views, by name."""
    return SavedViews(views=tuple(saved(one) for one in views_of(connection, *_reader(asker))))


def own_address(text: str) -> str:
    """A path of this hub; ``EntryRefused`` for anything that could lead elsewhere."""
    plain = text.isascii() and text.isprintable() and "\\" not in text
    if not plain or not text.startswith("/") or text.startswith(("//", "/api/")):
        raise EntryRefused(f"{text[:100]!r} is no page of this hub", where="address", advice="begin it with one slash")
    return text


def _reader(asker: Asker) -> tuple[str, str]:
    return asker.organisation, asker.person.account if asker.person else ""
