"""``/api/v1/plants/{plant}/gauges``: the register; what is entered goes through ``hub.entry.quality_routes``."""

from zoneinfo import ZoneInfo

from fastapi import APIRouter, Response

from hub.api.access import UsesHub
from hub.api.answer import documented, json_answer
from hub.gauge.register import GaugeRegister, gauge_register
from hub.suppliers.asked import plant_entry

router = APIRouter(prefix="/api/v1", tags=["gauges"])


@router.get("/plants/{plant}/gauges", response_class=Response, responses=documented(GaugeRegister))
def get_gauges(plant: str, hub: UsesHub) -> Response:
    """Every gauge with its calibration today by the plant's clock, and its studies computed from their readings."""
    with hub.store.reading() as connection:
        entry = plant_entry(connection, plant)
        day = hub.clock().astimezone(ZoneInfo(entry.time_zone)).date()
        return json_answer(gauge_register(connection, plant, day))
