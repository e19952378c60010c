import pytest
from small_log import honest_log


@pytest.fixture
def log():
    return honest_log()
