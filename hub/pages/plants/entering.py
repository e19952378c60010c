"""What every page of a plant's quality shares: the trail, and whether the reader may enter something there."""

from collections.abc import Callable
from urllib.parse import urlencode

from starlette.responses import RedirectResponse, Response

from hub.accounts.asker import Asker
from hub.accounts.permission import Permission
from hub.errors import EntryRefused
from hub.named import Named
from hub.page_paths import PLANTS_PATH, plant_path
from hub.pages.frame.navigation import Crumb
from hub.pages.speech import Speech
from hub.store.core.database import Reading
from hub.store.sharing.queries import owners_of_plants

REFUSED = 422
DONE = "done"
"""The parameter by which a page says that something was just entered."""


def plant_trail(plant: Named, title: str, speech: Speech) -> tuple[Crumb, ...]:
    """From the plants to a page of one."""
    return (
        Crumb(speech.say("Plants"), PLANTS_PATH),
        Crumb(speech.named(plant), plant_path(plant.id)),
        Crumb(title),
    )


def may_enter(connection: Reading, asker: Asker, plant: str, permission: Permission = Permission.QUALITY) -> bool:
    """Whether forms are shown to ``asker``; the routes that take them look again."""
    if not asker.may_act or permission not in asker.permissions:
        return False
    if asker.is_operator:
        return True
    own = asker.person is not None and (not asker.person.plants or plant in asker.person.plants)
    return own and owners_of_plants(connection).get(plant) == asker.organisation


def refused(answer: Response, trouble: str) -> Response:
    """The page as the answer to a form: 422 where something was refused."""
    if trouble:
        answer.status_code = REFUSED
    return answer


def entered_at(path: str, enter: Callable[[], object], again: Callable[[str], Response], anchor: str = "") -> Response:
    """Enter something and lead back to ``path``; what is refused is said on the page made ``again``."""
    try:
        enter()
    except EntryRefused as error:
        return again(str(error))
    return RedirectResponse(f"{path}?{urlencode({DONE: '1'})}{anchor}", status_code=303)
