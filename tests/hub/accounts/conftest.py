from collections.abc import Iterator
from pathlib import Path

import pytest
from small_hub import small_agent, small_hub
from small_people import People, people_of


@pytest.fixture
def people(tmp_path: Path) -> Iterator[People]:
    """A hub with one plant of one company, and nobody with an account yet."""
    hub = small_hub(tmp_path / "hub")
    small_agent(hub)
    made = people_of(hub)
    yield made
    made.site.state.audit.settle()
    hub.store.close()
