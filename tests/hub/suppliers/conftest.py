from collections.abc import Iterator

import pytest
from small_hub import small_hub
from supply_chain import supply_chain

from hub.parts import Hub


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """Two suppliers and an OEM with 120 finished drives; tests only read it."""
    made = small_hub(tmp_path_factory.mktemp("suppliers") / "hub")
    supply_chain(made, 120)
    yield made
    made.store.close()
