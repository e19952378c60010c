"""``/api/v1/plants``: yields, capability and Level of plants."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Response

from hub.api.access import UsesHub
from hub.api.answer import documented, json_answer
from hub.scorecard.plant import plant_grade, plant_rows, plant_view
from hub.scorecard.views import PlantRow, PlantView
from traceability.quality.grade import PlantGrade

router = APIRouter(prefix="/api/v1", tags=["plants"])


class PlantList(msgspec.Struct, frozen=True, kw_only=True):
    """A page of plants; ``total`` counts all."""

    total: int
    offset: int
    plants: tuple[PlantRow, ...]


@router.get("/plants", response_class=Response, responses=documented(PlantList))
def get_plants(
    hub: UsesHub, offset: Annotated[int, Query(ge=0)] = 0, limit: Annotated[int, Query(ge=1, le=200)] = 50
) -> Response:
    """Every plant with its rolled throughput yield and its Level, by organisation."""
    with hub.store.reading() as connection:
        found = plant_rows(connection, hub.clock())
    return json_answer(PlantList(total=len(found), offset=offset, plants=found[offset : offset + limit]))


@router.get("/plants/{plant}", response_class=Response, responses=documented(PlantView))
def get_plant(plant: str, hub: UsesHub) -> Response:
    """One plant's scorecard over the last twelve months, claimed counts beside recomputed ones."""
    with hub.store.reading() as connection:
        return json_answer(plant_view(connection, plant, hub.clock()))


@router.get("/plants/{plant}/grade", response_class=Response, responses=documented(PlantGrade))
def get_grade(plant: str, hub: UsesHub) -> Response:
    """The Level with what binds it and what the next one needs."""
    with hub.store.reading() as connection:
        return json_answer(plant_grade(connection, plant, hub.clock()))
