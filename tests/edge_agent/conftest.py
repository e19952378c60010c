from pathlib import Path

import pytest
from small_outbox import Bench


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path / "outbox.db")
