"""For which plants the reader may act, so that pages show no button that would be refused."""

from fastapi import Request

from hub.accounts.asker import Asker
from hub.accounts.permission import Permission
from hub.api.access import whole_hub
from hub.named import Named
from hub.store.master.queries import read_master
from hub.store.sharing.queries import owners_of_plants


def plants_of(request: Request, asker: Asker) -> tuple[Named, ...]:
    """The operator's people: every plant; people of an organisation: its own, or of these those that are theirs."""
    able = asker.admin or (asker.person is not None and Permission.FLEET in asker.permissions)
    if not able:
        return ()
    with whole_hub(request).store.reading() as connection:  # nothing but names of the asker's own plants is shown
        plants = read_master(connection).plants
        owners = owners_of_plants(connection)
    own = asker.person.plants if asker.person is not None else frozenset[str]()
    return tuple(
        entry.named
        for plant, entry in sorted(plants.items())
        if asker.is_operator or (owners.get(plant) == asker.organisation and (not own or plant in own))
    )


def standing_at(request: Request, path: str) -> Request:
    """The request as if ``path`` had been asked for: links on the page that answers a form lead on from there."""
    return Request({**request.scope, "path": path, "raw_path": path.encode(), "query_string": b""})
