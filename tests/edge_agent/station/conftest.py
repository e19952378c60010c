from collections.abc import AsyncIterator

import pytest
from small_controller import BASES, PROFILE, Controller

from edge_agent.acquisition.resolve import resolve
from edge_agent.config.settings import Camera, Lot, Station
from traceability.identifier.item import part_uri
from traceability.measurement import Characteristic

BORE = Characteristic(id="bore", name="Bore", operation="OP10", uom="mm", decimals=3)


@pytest.fixture
async def controller() -> AsyncIterator[Controller]:
    started = Controller()
    await started.start()
    try:
        yield started
    finally:
        await started.stop()


@pytest.fixture
def make_station():
    def station(name: str = "OP10", lot: str | None = None, camera: Camera | None = None, **changes) -> Station:
        return Station(
            name=name,
            work_cell=f"line/{name}",
            operation=name,
            device="cell",
            resolved=resolve(PROFILE, BASES[name]),
            measurements={"m1": BORE},
            lot=None if lot is None else Lot(part=part_uri(lot), quantity="2.5", uom="kg"),
            camera=camera,
            **{"busy_timeout": 0.2} | changes,
        )

    return station
