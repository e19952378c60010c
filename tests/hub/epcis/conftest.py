from collections.abc import Iterator

import pytest
from small_epcis import SmallEpcis, small_epcis

from hub.parts import Hub


@pytest.fixture
def epcis(hub: Hub) -> Iterator[SmallEpcis]:
    """A hub that speaks EPCIS."""
    with small_epcis(hub) as made:
        yield made
