"""What holds for every test: a slow machine is no failure, and what hubs would do again and again is done once."""

import shutil
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from shared_statements import share_statements
from shared_tables import share_tables

STORES = ("sqlite", "postgresql", "spread")
"""What may be behind a hub: a file, one PostgreSQL server, or several; see tests/hub/conftest.py."""
KEPT = 100
"""Folders of so many tests are kept: to be looked at, and for threads that still write behind a test that ended."""
_folders: deque[Path] = deque()


def pytest_addoption(parser: pytest.Parser) -> None:
    told = "what is behind every hub below tests/hub; without it a file, or what a test's marker every_store says"
    parser.addoption("--store", choices=STORES, help=told)


def pytest_configure() -> None:
    patient = hypothesis.settings(deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
    hypothesis.settings.register_profile("patient", patient)
    hypothesis.settings.load_profile("patient")
    share_statements()
    share_tables()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    """A whole run does not keep everything that was written in it: it may lie in memory (see house/workplace.py)."""
    folder = getattr(item, "funcargs", {}).get("tmp_path")
    try:
        return (yield)
    finally:
        if folder is not None:
            _folders.append(folder)
        while len(_folders) > KEPT:
            shutil.rmtree(_folders.popleft(), ignore_errors=True)
