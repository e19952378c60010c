"""Addresses of versions and roll-outs. What they show, ``/api/v1`` answers by the same functions."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request, UploadFile
from pydantic import BaseModel, Field
from starlette.responses import HTMLResponse, RedirectResponse, Response

from hub.api.access import AdminOnly, UsesAsker, UsesHub
from hub.errors import HubError
from hub.fleet.lines import line_list
from hub.pages.fleet.rollout_page import agents_table, rollouts_table, steps_table, versions_table
from hub.pages.fleet.who import plants_of, standing_at
from hub.pages.fleet_words import ROLLOUT_MARKS
from hub.pages.frame.navigation import Crumb
from hub.pages.routes import UsesPages
from hub.pages.tables.define import Filled
from hub.pages.templating import Pages
from hub.parts import Hub
from hub.rollout.act import Act, act
from hub.rollout.check import LONGEST, Draft, file_name
from hub.rollout.draft import found_version, keep_version, tidied
from hub.rollout.order import Order, order_rollout, stages_of
from hub.rollout.routes import check_plant, checked, of_plant
from hub.rollout.sign import take_signatures
from hub.rollout.views import Checked, rollout_list, rollout_view, version_list, version_text
from hub.rollout.who import pseudonym
from traceability.downlink import FileRole
from traceability.errors import ZhuoyueError

CONFIGURATIONS_PATH, ROLLOUTS_PATH = "/configurations", "/rollouts"
router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
Written = Annotated[str, Field(max_length=2 * LONGEST)]


class DraftFields(BaseModel):
    """The editor; ``what`` is the button that was pressed."""

    role: FileRole = FileRole.CONTROL_PLAN
    name: Annotated[str, Field(max_length=200)] = ""
    text: Written = ""
    fillings: Written = ""
    plan: Written = ""
    note: Annotated[str, Field(max_length=2000)] = ""
    restores: Annotated[str, Field(max_length=100)] = ""
    what: str = "check"
    csrf: str = ""

    def draft(self, plant: str) -> Draft:
        """As it is checked and kept."""
        of_configuration = self.role is FileRole.CONFIGURATION
        return tidied(
            Draft(
                plant=plant,
                role=self.role,
                name=self.name,
                text=self.text,
                fillings=self.fillings if of_configuration else "",
                plan=self.plan if of_configuration else "",
            )
        )


class OrderFields(BaseModel):
    """The form by which a version is rolled out."""

    version: Annotated[str, Field(max_length=100)]
    agent: Annotated[list[str], Field(max_length=500)] = []
    first: Annotated[int, Field(ge=1, le=500)] = 1
    share: Annotated[int, Field(ge=0, le=100)] = 25
    soak_minutes: Annotated[int, Field(ge=0, le=10_080)] = 5
    by_hand: bool = False
    note: Annotated[str, Field(max_length=2000)] = ""
    csrf: str = ""


@router.get(CONFIGURATIONS_PATH)
def get_configurations_page(request: Request, hub: UsesHub, asker: UsesAsker, pages: UsesPages) -> Response:
    """Which texts do my line PCs run by, in which versions?"""
    with hub.store.reading() as connection:
        found = version_list(connection)
    zone, speech = pages.zone(request), pages.speech(request)
    return pages.show(
        request,
        "configurations.html",
        {"plants": plants_of(request, asker), "roles": tuple(FileRole)},
        tables=(Filled(versions_table(zone), found.versions),),
        trail=(Crumb(speech.say("Configurations")),),
    )


@router.get(CONFIGURATIONS_PATH + "/new")
def get_editor_page(  # noqa: PLR0917 - the parameters are those of the address
    request: Request,
    hub: UsesHub,
    asker: UsesAsker,
    pages: UsesPages,
    plant: Annotated[str, Query(max_length=200)] = "",
    role: FileRole = FileRole.CONTROL_PLAN,
    name: Annotated[str, Query(max_length=200)] = "",
    from_: Annotated[str, Query(alias="from", max_length=100)] = "",
) -> Response:
    """What is the next version to say?"""
    fields = DraftFields(role=role, name=name)
    if from_:
        with hub.store.reading() as connection:
            version = found_version(connection, from_)
        plant = version.plant
        fields = DraftFields(
            role=FileRole(version.role), name=version.name, text=version.text, fillings=version.fillings,
            plan=version.plan, restores=version.id,
        )  # fmt: skip
    return _editor(request, asker, pages, plant, fields)


@router.post("/plants/{plant}/configurations", dependencies=[AdminOnly])
def post_editor_form(  # noqa: PLR0917 - what the route needs
    plant: str,
    request: Request,
    hub: UsesHub,
    asker: UsesAsker,
    pages: UsesPages,
    form: Annotated[DraftFields, Form()],
) -> Response:
    """Check what is written, or keep it as the next version."""
    draft = form.draft(plant)
    try:
        file_name(draft.role, draft.name)
        found = checked(hub, draft)
        if form.what != "keep" or found.remarks:
            return _editor(request, asker, pages, plant, form, found=found)
        made = keep_version(hub, draft, by=pseudonym(asker), note=form.note, restores=form.restores or None)
    except HubError as error:
        return _editor(request, asker, pages, plant, form, trouble=str(error))
    return RedirectResponse(f"{CONFIGURATIONS_PATH}/{made.id}", status_code=303)


@router.get(CONFIGURATIONS_PATH + "/{identity}")
def get_configuration_page(  # noqa: PLR0917 - what the route needs
    identity: str,
    request: Request,
    hub: UsesHub,
    asker: UsesAsker,
    pages: UsesPages,
    against: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """What does this version say, and what did it change?"""
    with hub.store.reading() as connection:
        view = version_text(connection, identity, against or None)
        others = [
            one
            for one in version_list(connection, view.version.plant).versions
            if (one.role, one.name) == (view.version.role, view.version.name)
        ]
        agents = line_list(connection, hub, view.version.plant).agents
    speech = pages.speech(request)
    title = speech.say("%(name)s, version %(number)s", name=view.version.name, number=view.version.number)
    may = any(one.id == view.version.plant for one in plants_of(request, asker))
    return pages.show(
        request,
        "configuration.html",
        {
            "view": view,
            "others": others,
            "agents": [row for row in agents if row.revoked_at is None],
            "may_act": may,
            "zone": pages.zone(request),
            "title": title,
        },
        trail=(Crumb(speech.say("Configurations"), CONFIGURATIONS_PATH), Crumb(title)),
    )


@router.get(ROLLOUTS_PATH)
def get_rollouts_page(request: Request, hub: UsesHub, pages: UsesPages) -> Response:
    """What is on its way to my line PCs?"""
    with hub.store.reading() as connection:
        found = rollout_list(connection, hub.clock())
    zone, speech = pages.zone(request), pages.speech(request)
    return pages.show(
        request,
        "rollouts.html",
        {},
        tables=(Filled(rollouts_table(zone), found.rollouts),),
        trail=(Crumb(speech.say("Roll-outs")),),
    )


@router.post("/plants/{plant}/rollouts", dependencies=[AdminOnly])
def post_rollout_form(plant: str, hub: UsesHub, asker: UsesAsker, form: Annotated[OrderFields, Form()]) -> Response:
    """Order a roll-out; it begins once the plant has signed it and somebody starts it."""
    with hub.store.reading() as connection:
        of_plant(found_version(connection, form.version).plant, plant)
    order = Order(
        version=form.version,
        stages=stages_of(form.agent, form.first, form.share),
        soak_s=form.soak_minutes * 60,
        by_hand=form.by_hand,
        note=form.note,
    )
    return _to(order_rollout(hub, order, by=pseudonym(asker)))


@router.get(ROLLOUTS_PATH + "/{identity}")
def get_rollout_page(identity: str, request: Request, hub: UsesHub, asker: UsesAsker, pages: UsesPages) -> Response:
    """How far is it, and what holds it up?"""
    return _rollout(identity, request, hub, asker, pages)


@router.post("/plants/{plant}/rollouts/{identity}/signed", dependencies=[AdminOnly])
def post_signed_form(  # noqa: PLR0917 - what the route needs
    plant: str, identity: str, request: Request, hub: UsesHub, asker: UsesAsker, pages: UsesPages, file: UploadFile
) -> Response:
    """Bring the file that the plant signed."""
    check_plant(hub, plant, identity)
    try:
        take_signatures(hub, identity, file.file.read())
    except ZhuoyueError as error:
        return _rollout(identity, request, hub, asker, pages, trouble=str(error))
    return _to(identity)


@router.post("/plants/{plant}/rollouts/{identity}/{what}", dependencies=[AdminOnly])
def post_act_form(  # noqa: PLR0917 - what the route needs
    plant: str,
    identity: str,
    what: Act,
    request: Request,
    hub: UsesHub,
    asker: UsesAsker,
    pages: UsesPages,
    reason: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Start it, let the next stage go, stop it, go on, take it back, or withdraw it."""
    check_plant(hub, plant, identity)
    try:
        act(hub, identity, what, by=pseudonym(asker), reason=reason)
    except HubError as error:
        return _rollout(identity, request, hub, asker, pages, trouble=str(error))
    return _to(identity)


def _rollout(
    identity: str, request: Request, hub: Hub, asker: UsesAsker, pages: Pages, *, trouble: str = ""
) -> Response:
    with hub.store.reading() as connection:
        view = rollout_view(connection, identity, hub.clock())
    zone, speech = pages.zone(request), pages.speech(request)
    title = speech.say("%(name)s, version %(number)s", name=view.version.name, number=view.version.number)
    may = any(one.id == view.plant for one in plants_of(request, asker))
    response = pages.show(
        standing_at(request, f"{ROLLOUTS_PATH}/{identity}") if trouble else request,
        "rollout.html",
        {
            "view": view,
            "may_act": may,
            "trouble": trouble,
            "zone": zone,
            "title": title,
            "mark": ROLLOUT_MARKS[view.state].value,
        },
        tables=(Filled(agents_table(zone), view.agents), Filled(steps_table(zone), tuple(reversed(view.steps)))),
        trail=(Crumb(speech.say("Roll-outs"), ROLLOUTS_PATH), Crumb(title)),
    )
    response.status_code = 422 if trouble else 200
    return response


def _editor(
    request: Request,
    asker: UsesAsker,
    pages: Pages,
    plant: str,
    fields: DraftFields,
    *,
    found: Checked | None = None,
    trouble: str = "",
) -> Response:
    speech = pages.speech(request)
    plants = plants_of(request, asker)
    context: dict[str, Any] = {
        "plant": plant or (plants[0].id if plants else ""),
        "plants": plants,
        "fields": fields,
        "roles": tuple(FileRole),
        "found": found,
        "trouble": trouble,
    }
    response = pages.show(
        standing_at(request, f"{CONFIGURATIONS_PATH}/new") if found or trouble else request,
        "editor.html",
        context,
        trail=(Crumb(speech.say("Configurations"), CONFIGURATIONS_PATH), Crumb(speech.say("New version"))),
    )
    response.status_code = 422 if trouble or (found is not None and found.remarks and fields.what == "keep") else 200
    return response


def _to(identity: str) -> Response:
    return RedirectResponse(f"{ROLLOUTS_PATH}/{identity}", status_code=303)
