from collections.abc import Iterator
from pathlib import Path

import pytest
from small_hub import SmallAgent, small_agent, small_hub

from hub.parts import Hub


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    """A demo hub without agents."""
    made = small_hub(tmp_path / "hub")
    yield made
    made.store.close()


@pytest.fixture
def agent(hub: Hub) -> SmallAgent:
    """An agent of plant-a, registered."""
    return small_agent(hub)
