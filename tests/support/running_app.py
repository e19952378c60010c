"""An application that really listens on loopback while a test speaks with it."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import uvicorn

from hub.serve import listen, url_of

PATIENCE_S = 60


@contextmanager
def running(app: Any) -> Iterator[str]:
    """Its address."""
    listener = listen("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, ws="none", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    deadline = time.monotonic() + PATIENCE_S
    while not server.started and thread.is_alive() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert server.started
    try:
        yield url_of(listener)
    finally:
        server.should_exit = True
        thread.join(PATIENCE_S)
        listener.close()
