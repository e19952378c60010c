"""The page of sharing policies: who gets what, and stating, changing and ending that. ``/api/v1/policies`` does it"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from hub.accounts.asker import Asker, Scope
from hub.accounts.permission import Permission
from hub.api.access import Acting, UsesAsker, UsesHub, may, whole_hub
from hub.errors import EntryRefused
from hub.page_paths import POLICIES_PATH
from hub.pages.audit.policies_table import kinds_text, partner_name, policies_table, sees_rows
from hub.pages.audit.policy_form import (
    BACK,
    GIVEN,
    STATE,
    WITHHELD,
    PolicySent,
    TypedPolicy,
    form_of,
    typed,
    typed_as,
)
from hub.pages.eyes import eyes_of
from hub.pages.frame.navigation import Crumb
from hub.pages.plants.entering import DONE, refused
from hub.pages.routes import UsesPages
from hub.pages.speech import Speech, mark
from hub.pages.tables.define import Filled
from hub.pages.templating import Pages
from hub.parts import Hub
from hub.sharing.preview import PolicyPreview
from hub.sharing.state import check_may_state, preview_policy, state_policy
from hub.sharing.told import PolicyView, Standing, told
from hub.store.account.people import accounts_of
from hub.store.core.database import Reading
from hub.store.master.queries import read_master
from hub.store.sharing.queries import all_policies_of, policies_about
from traceability.record.sharing import DataKind, Items

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
_HOLDING = (Standing.IN_FORCE, Standing.TO_COME)
Word = Annotated[str, Query(max_length=200)]
_TABLES = (
    ("holding", mark("In force")),
    ("others", mark("What others share")),
    ("stated", mark("Everything that was stated")),
)
_CHOICES: dict[str, Any] = {
    "ways": (
        (GIVEN, mark("share these kinds")),
        (WITHHELD, mark("withhold everything")),
        (BACK, mark("take the policy back: what is less particular holds")),
    ),
    "kinds": tuple(DataKind),
    "items": tuple(Items),
}
"""What a form offers."""


@router.get(POLICIES_PATH)
def get_policies_page(  # noqa: PLR0917 - what the route needs
    request: Request,
    hub: UsesHub,
    asker: UsesAsker,
    pages: UsesPages,
    owner: Word = "",
    change: Word = "",
    end: Word = "",
) -> Response:
    """Who may see what of my records, since when, and who shares with me?"""
    return _page(request, hub, asker, pages, owner=owner, change=change, end=end)


@router.post(POLICIES_PATH)
def post_policy_page(
    sent: Annotated[PolicySent, Form()],
    request: Request,
    acting: Annotated[Acting, Depends(may(Scope.ADMIN))],
    pages: UsesPages,
) -> Response:
    """See what a policy would change; then state it."""
    asker = acting.asker
    given = typed(sent)
    owner = sent.owner or asker.organisation
    check_may_state(asker, owner)
    hub = eyes_of(request, asker)
    try:
        form = form_of(given, asker.signature, pages.zone(request))
        if sent.step == STATE:
            state_policy(acting.hub, form)
            return RedirectResponse(_address(owner, asker), status_code=303)
        with acting.hub.store.reading() as connection:
            shown = preview_policy(connection, form, acting.hub.clock())
    except EntryRefused as error:
        return refused(_page(request, hub, asker, pages, owner=owner, given=given, trouble=str(error)), str(error))
    return _page(request, hub, asker, pages, owner=owner, given=given, shown=shown)


def _address(owner: str, asker: Asker) -> str:
    return f"{POLICIES_PATH}?{urlencode({DONE: '1'} | ({'owner': owner} if asker.is_operator else {}))}"


def _page(
    request: Request,
    hub: Hub,
    asker: Asker,
    pages: Pages,
    *,
    owner: str = "",
    change: str = "",
    end: str = "",
    given: TypedPolicy | None = None,
    shown: PolicyPreview | None = None,
    trouble: str = "",
) -> Response:
    zone, speech, whose = pages.zone(request), pages.speech(request), owner or asker.organisation
    with hub.store.reading() as connection:
        names = read_master(connection).organisations
        own, others = _own_and_others(connection, whose, hub.clock()) if whose else ((), ())
    given = given or _begun(own, whose, change, end)
    holding, past = _by_standing(own)
    context: dict[str, Any] = {
        "whose": whose,
        "owners": sorted(names.values(), key=lambda one: one.id) if asker.is_operator else (),
        "companies": sorted((one for one in names.values() if one.id != whose), key=lambda one: one.id),
        "holding": [_row(one, names, speech) for one in holding],
        "stated": [_row(one, names, speech) for one in past],
        "may_state": bool(whose) and may_state(asker),
        "given": given,
        "preview": None if shown is None else [(one, *sees_rows(one, names, speech)) for one in shown.partners],
        "previewed": shown,
        "done": request.query_params.get(DONE) == "1",
        "trouble": trouble,
        "zone": zone,
    }
    people = _people(request, asker)
    tables = tuple(
        Filled(policies_table(name, title, zone, names, people), rows)
        for (name, title), rows in zip(_TABLES, (holding, others, own), strict=True)
    )
    trail = (Crumb(speech.say("Sharing policies")),)
    return pages.show(request, "policies.html", _CHOICES | context, tables=tables, trail=trail)


def _own_and_others(
    connection: Reading, whose: str, now: datetime
) -> tuple[tuple[PolicyView, ...], tuple[PolicyView, ...]]:
    """What somebody has stated, and what others state about them."""
    return told(all_policies_of(connection, whose), now), told(policies_about(connection, whose), now)


def _by_standing(own: Iterable[PolicyView]) -> tuple[list[PolicyView], list[PolicyView]]:
    """Those that hold or will, and those that did and may be stated again."""
    holding = [one for one in own if one.standing in _HOLDING]
    return holding, [one for one in own if one.standing not in _HOLDING and one.kinds is not None]


def _begun(own: tuple[PolicyView, ...], whose: str, change: str, end: str) -> TypedPolicy:
    """A form that begins with the policy to be changed or ended, or with nothing."""
    chosen = next((one for one in own if one.id in (change, end)), None)
    return typed_as(chosen, end=bool(end)) if chosen else TypedPolicy(owner=whose)


def may_state(asker: Asker) -> bool:
    """Whether forms are shown to ``asker``; the route that takes them looks again."""
    return asker.may_act and Permission.SHARE in asker.permissions and not asker.plants


def _row(one: PolicyView, names: Mapping[str, Any], speech: Speech) -> dict[str, Any]:
    part = one.part or speech.say("every part")
    return {
        "id": one.id,
        "owner": one.owner,
        "text": f"{partner_name(one.partner, names, speech)} · {part}",
        "kinds": kinds_text(one, speech),
        "view": one,
    }


def _people(request: Request, asker: Asker) -> dict[str, str]:
    with whole_hub(request).store.reading() as connection:
        return _logins(connection, asker)


def _logins(connection: Reading, asker: Asker) -> dict[str, str]:
    if asker.person is None and not asker.admin:
        return {}
    return {one.id: one.login for one in accounts_of(connection, asker.organisation or None)}
