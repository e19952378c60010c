from collections.abc import Iterator
from pathlib import Path

import pytest
from planted import Planted, planted_fault
from small_hub import small_hub


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Planted]:
    """240 machines; steel lot L3 makes some of them fail at the end-of-line test. Only read by its tests."""
    folder: Path = tmp_path_factory.mktemp("planted")
    hub = small_hub(folder / "hub")
    yield planted_fault(hub, 240)
    hub.store.close()
