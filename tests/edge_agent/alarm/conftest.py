"""A bench whose plan has alarm rules."""

from pathlib import Path

import pytest
from small_alarms import AlarmBench


@pytest.fixture
def bench(tmp_path: Path) -> AlarmBench:
    return AlarmBench(tmp_path / "outbox.sqlite")
