import logging

import pytest


@pytest.fixture(autouse=True)
def logging_as_it_was():
    """``run`` sets up logging for its process; here the process goes on."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for name in ("asyncua", "pymodbus", "httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.NOTSET)
