"""``/api/v1/plants``: yields, capability and Level of plants."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import AwareDatetime

from hub.api.access import AdminOnly, UsesAsker, UsesHub
from hub.api.answer import documented, json_answer
from hub.entry.forms import Entered, entered
from hub.entry.quality_forms import AssessForm
from hub.scorecard.asked import Asked, CapabilityAnswer, YieldAnswer, capability_of, yields_of
from hub.scorecard.assess import AssessedLevel, assess, level_history
from hub.scorecard.desk import CardDesk
from hub.scorecard.plant import plant_grade, plant_rows, plant_view
from hub.scorecard.views import PlantRow, PlantView
from traceability.quality.grade import PlantGrade

router = APIRouter(prefix="/api/v1", tags=["plants"])

KnownAt = Annotated[AwareDatetime | None, Query()]


def cards_of(request: Request) -> CardDesk:
    """What keeps the scorecards of this application."""
    desk = request.app.state.cards
    assert isinstance(desk, CardDesk)
    return desk


UsesCards = Annotated[CardDesk, Depends(cards_of)]


class PlantList(msgspec.Struct, frozen=True, kw_only=True):
    """A page of plants; ``total`` counts all."""

    total: int
    offset: int
    plants: tuple[PlantRow, ...]


@router.get("/plants", response_class=Response, responses=documented(PlantList))
def get_plants(
    hub: UsesHub, offset: Annotated[int, Query(ge=0, le=10**9)] = 0, limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> Response:
    """Every plant with its rolled throughput yield and its Level, by organisation."""
    with hub.store.reading() as connection:
        found = plant_rows(connection, hub.clock())
    return json_answer(PlantList(total=len(found), offset=offset, plants=found[offset : offset + limit]))


@router.get("/plants/{plant}", response_class=Response, responses=documented(PlantView))
def get_plant(plant: str, hub: UsesHub, asker: UsesAsker, cards: UsesCards, known_at: KnownAt = None) -> Response:
    """One plant's scorecard over twelve months, claimed counts beside recomputed ones.

    With `known_at` (a time with its zone): the twelve months up to then, as the hub's records said at that time.
    """
    if known_at is None:
        return json_answer(cards.view(hub, asker, plant))
    with hub.store.reading() as connection:
        return json_answer(plant_view(connection, plant, hub.clock(), known_at))


@router.get("/plants/{plant}/grade", response_class=Response, responses=documented(PlantGrade))
def get_grade(plant: str, hub: UsesHub) -> Response:
    """The Level with what binds it and what the next one needs."""
    with hub.store.reading() as connection:
        return json_answer(plant_grade(connection, plant, hub.clock()))


class LevelList(msgspec.Struct, frozen=True, kw_only=True):
    """Every assessment of a plant, the latest first."""

    plant: str
    levels: tuple[AssessedLevel, ...]


@router.get("/plants/{plant}/levels", response_class=Response, responses=documented(LevelList))
def get_levels(plant: str, hub: UsesHub) -> Response:
    """The history of a plant's Level: one sealed record an assessment."""
    with hub.store.reading() as connection:
        return json_answer(LevelList(plant=plant, levels=level_history(connection, plant)))


@router.post("/plants/{plant}/levels", status_code=201, dependencies=[AdminOnly])
def post_level(plant: str, form: AssessForm, hub: UsesHub) -> Entered:
    """Assess a plant's Level now and seal the result."""
    return entered(assess(hub, plant, assessed_by=form.assessed_by))


@router.get("/plants/{plant}/capability", response_class=Response, responses=documented(CapabilityAnswer))
def get_capability(plant: str, hub: UsesHub, characteristic: str, asked: Annotated[Asked, Depends()]) -> Response:
    """Capability of a characteristic in any period (whole hours of UTC), also of one work cell or one lot."""
    with hub.store.reading() as connection:
        return json_answer(capability_of(connection, plant, characteristic, asked, hub.clock()))


@router.get("/plants/{plant}/yields", response_class=Response, responses=documented(YieldAnswer))
def get_yields(plant: str, hub: UsesHub, asked: Annotated[Asked, Depends()]) -> Response:
    """First-pass counts of units first submitted in any period (whole hours of UTC), by operation and work cell."""
    with hub.store.reading() as connection:
        return json_answer(yields_of(connection, plant, asked, hub.clock()))
