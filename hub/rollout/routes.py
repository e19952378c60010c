"""``/api/v1/configurations`` and ``/api/v1/rollouts``: versions, what changed, and roll-outs by stages.

What changes something names the plant in its address: people of the plant's organisation do it for their own plants.
"""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from hub.api.access import AdminOnly, UsesAsker, UsesHub
from hub.api.answer import documented, json_answer
from hub.entry.forms import Form, Key, Note
from hub.errors import NotFound
from hub.parts import Hub
from hub.rollout.act import Act, act
from hub.rollout.check import LONGEST, Draft, remarks
from hub.rollout.difference import difference
from hub.rollout.draft import found_version, keep_version, tidied
from hub.rollout.order import Order, order_rollout, whole
from hub.rollout.sign import request_of, take_signatures
from hub.rollout.views import (
    Checked,
    RolloutList,
    RolloutView,
    VersionList,
    VersionText,
    joined,
    rollout_list,
    rollout_view,
    version_list,
    version_text,
)
from hub.rollout.wanted import named
from hub.rollout.who import pseudonym
from hub.store.fleet.rollouts import Series, versions
from traceability.downlink import FileRole
from traceability.rollout import SigningRequest

router = APIRouter(prefix="/api/v1", tags=["roll-out"])
Written = Annotated[str, Field(max_length=LONGEST)]
Identity = Annotated[str, Path(max_length=100)]
Plant = Annotated[str | None, Query(max_length=200)]
Stage = Annotated[list[Key], Field(min_length=1, max_length=500)]


class DraftForm(Form):
    """A text; ``fillings`` and ``plan`` go with a configuration only."""

    role: FileRole
    name: Key
    text: Written
    fillings: Written = ""
    plan: Written = ""
    note: Note = ""

    def draft(self, plant: str) -> Draft:
        """As it is checked and kept."""
        return tidied(
            Draft(plant=plant, role=self.role, name=self.name, text=self.text, fillings=self.fillings, plan=self.plan)
        )


class OrderForm(Form):
    """Which version comes to which agents, stage by stage."""

    version: Key
    stages: Annotated[
        list[Annotated[list[Key], Field(min_length=1, max_length=500)]], Field(min_length=1, max_length=20)
    ]
    soak_s: Annotated[int, Field(ge=0, le=604_800)] = 60
    by_hand: bool = False
    note: Note = ""

    def order(self) -> Order:
        """As it is ordered."""
        return Order(
            version=self.version,
            stages=tuple(tuple(stage) for stage in self.stages),
            soak_s=self.soak_s,
            by_hand=self.by_hand,
            note=self.note,
        )


class WhyForm(Form):
    """Why, in a few words."""

    reason: Note = ""


@router.get("/configurations", response_class=Response, responses=documented(VersionList))
def get_configurations(hub: UsesHub, plant: Plant = None) -> Response:
    """Versions of configurations, control plans and profiles, the latest first."""
    with hub.store.reading() as connection:
        return json_answer(version_list(connection, plant))


@router.get("/configurations/{identity}", response_class=Response, responses=documented(VersionText))
def get_configuration(
    identity: Identity, hub: UsesHub, against: Annotated[str | None, Query(max_length=100)] = None
) -> Response:
    """A version in full, and what it changed against the one before, or against another."""
    with hub.store.reading() as connection:
        return json_answer(version_text(connection, identity, against))


@router.post(
    "/plants/{plant}/configurations/check",
    response_class=Response,
    responses=documented(Checked),
    dependencies=[AdminOnly],
)
def post_check(plant: str, form: DraftForm, hub: UsesHub) -> Response:
    """What is wrong with a text, by line and column, and what it would change; nothing is kept."""
    return json_answer(checked(hub, form.draft(plant)))


@router.post(
    "/plants/{plant}/configurations",
    status_code=201,
    response_class=Response,
    responses=documented(VersionText, 201),
    dependencies=[AdminOnly],
)
def post_configuration(plant: str, form: DraftForm, hub: UsesHub, asker: UsesAsker) -> Response:
    """Keep a version; no agent is touched by it."""
    made = keep_version(hub, form.draft(plant), by=pseudonym(asker), note=form.note)
    with hub.store.reading() as connection:
        return json_answer(version_text(connection, made.id), 201)


@router.get("/rollouts", response_class=Response, responses=documented(RolloutList))
def get_rollouts(hub: UsesHub, plant: Plant = None) -> Response:
    """Roll-outs, the latest first, with the state of each agent."""
    with hub.store.reading() as connection:
        return json_answer(rollout_list(connection, hub.clock(), plant))


@router.get("/rollouts/{identity}", response_class=Response, responses=documented(RolloutView))
def get_rollout(identity: Identity, hub: UsesHub) -> Response:
    """One roll-out: its stages, its agents, and everything that happened to it."""
    with hub.store.reading() as connection:
        return json_answer(rollout_view(connection, identity, hub.clock()))


@router.get("/rollouts/{identity}/to-sign", response_class=Response, responses=documented(SigningRequest))
def get_request(identity: Identity, hub: UsesHub) -> Response:
    """What the plant's key is asked to sign, for ``zhuoyue-agent plant sign --request``."""
    with hub.store.reading() as connection:
        answer = json_answer(request_of(connection, whole(connection, identity)))
    answer.headers["Content-Disposition"] = f'attachment; filename="rollout-{identity}.json"'
    return answer


@router.post(
    "/plants/{plant}/rollouts",
    status_code=201,
    response_class=Response,
    responses=documented(RolloutView, 201),
    dependencies=[AdminOnly],
)
def post_rollout(plant: str, form: OrderForm, hub: UsesHub, asker: UsesAsker) -> Response:
    """Order a roll-out; it begins once the plant has signed it and somebody starts it."""
    with hub.store.reading() as connection:
        of_plant(found_version(connection, form.version).plant, plant)
    return _shown(hub, order_rollout(hub, form.order(), by=pseudonym(asker)), 201)


@router.post(
    "/plants/{plant}/rollouts/{identity}/signed",
    response_class=Response,
    responses=documented(RolloutView),
    openapi_extra={"requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}}},
    dependencies=[AdminOnly],
)
async def post_signed(plant: str, identity: Identity, request: Request, hub: UsesHub) -> Response:
    """Bring what the plant signed."""
    body = await request.body()

    def take() -> Response:
        check_plant(hub, plant, identity)
        take_signatures(hub, identity, body)
        return _shown(hub, identity)

    return await run_in_threadpool(take)


@router.post(
    "/plants/{plant}/rollouts/{identity}/{what}",
    response_class=Response,
    responses=documented(RolloutView),
    dependencies=[AdminOnly],
)
def post_act(  # noqa: PLR0917 - what the route needs
    plant: str, identity: Identity, what: Act, form: WhyForm, hub: UsesHub, asker: UsesAsker
) -> Response:
    """Start it, let the next stage go, stop it, go on, take it back, or withdraw it."""
    check_plant(hub, plant, identity)
    act(hub, identity, what, by=pseudonym(asker), reason=form.reason)
    return _shown(hub, identity)


def checked(hub: Hub, draft: Draft) -> Checked:
    """Remarks on a draft, and what it changes against the latest version."""
    with hub.store.reading() as connection:
        before = next(iter(versions(connection, Series(draft.plant, draft.role.value, draft.name))), None)
    return Checked(
        remarks=remarks(draft),
        before=None if before is None else named(before),
        changed=difference("" if before is None else joined(before), joined(draft)),
    )


def check_plant(hub: Hub, plant: str, identity: str) -> None:
    """``NotFound`` unless the roll-out is of the plant that the address names: rights go by it."""
    with hub.store.reading() as connection:
        of_plant(whole(connection, identity).ordered.plant, plant)


def of_plant(owner: str, plant: str) -> None:
    """``NotFound`` unless both are the same."""
    if owner != plant:
        raise NotFound(f"nothing of that id is of {plant[:100]!r}", advice="name the plant that it belongs to")


def _shown(hub: Hub, identity: str, status: int = 200) -> Response:
    with hub.store.reading() as connection:
        return json_answer(rollout_view(connection, identity, hub.clock()), status)
