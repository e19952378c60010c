from collections.abc import Iterator

import pytest
from hub_stand_in import StandIn, serving


@pytest.fixture
def hub() -> Iterator[StandIn]:
    stand_in = StandIn()
    with serving(stand_in):
        yield stand_in
