"""``/api/v1/plants/{plant}/as-built``: what the plant finished against what was planned."""

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Response

from hub.accounts.asker import Asker
from hub.api.access import UsesAsker, UsesHub
from hub.api.answer import documented, json_answer
from hub.kept import KeptAnswers, UsesKept
from hub.planned.asked import DaysAsked
from hub.planned.plant import PlantAgainstPlan, plant_against_plan
from hub.store.core.database import Reading
from hub.suppliers.asked import plant_entry

router = APIRouter(prefix="/api/v1", tags=["trace"])


@router.get("/plants/{plant}/as-built", response_class=Response, responses=documented(PlantAgainstPlan))
def get_as_built(
    plant: str, hub: UsesHub, asker: UsesAsker, kept: UsesKept, asked: Annotated[DaysAsked, Query()]
) -> Response:
    """Components, recipes, tools and defect codes of what was finished, against master data of that time."""
    with hub.store.reading() as connection:
        return json_answer(kept_against_plan(kept, connection, asker, plant, asked, hub.clock()))


def kept_against_plan(  # noqa: PLR0917 - who asks what when
    kept: KeptAnswers, connection: Reading, asker: Asker, plant: str, asked: DaysAsked, now: datetime
) -> PlantAgainstPlan:
    """The answer, kept while nothing changes at the plant."""
    window = asked.window(ZoneInfo(plant_entry(connection, plant).time_zone), now)
    question = ("as-built", window.first, window.last, asked.since)

    def make() -> PlantAgainstPlan:
        return plant_against_plan(connection, plant, window, now, asked.since)

    return kept.answer(connection, asker, plant, question, now, make)
