"""The EPCIS interface of a real hub, in one process."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import httpx
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI

from hub.api.app import create_app
from hub.epcis.desk import CaptureDesk
from hub.parts import Hub
from hub.settings import ADMIN_TOKEN

JSON_HEADERS = {"Content-Type": "application/json"}


class SmallEpcis:
    """A client with the admin token; documents are captured and waited for."""

    def __init__(self, hub: Hub, client: "Client") -> None:
        self.hub = hub
        self.desk: CaptureDesk = client.app.state.epcis
        self.client = client
        token = (hub.settings.data / ADMIN_TOKEN).read_text().strip()
        self.token = {"Authorization": f"Bearer {token}"}

    def post(self, path: str, body: Any, **headers: str) -> Any:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        kinds = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post(f"/epcis{path}", content=content, headers=self.token | JSON_HEADERS | kinds)

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(f"/epcis{path}", headers={name.replace("_", "-"): one for name, one in headers.items()})

    def capture(self, document: Any, **headers: str) -> dict[str, Any]:
        """The job of a document once it is finished."""
        answer = self.post("/capture", document, **headers)
        assert answer.status_code == 202, answer.text
        self.desk.wait(60.0)
        job: dict[str, Any] = self.client.get(answer.headers["Location"]).json()
        assert not job["running"]
        return job

    def events(self, query: str = "") -> list[dict[str, Any]]:
        """Every event of a query, from all its pages."""
        found: list[dict[str, Any]] = []
        path = f"/epcis/events?{query}"
        while path:
            answer = self.client.get(path)
            assert answer.status_code == 200, answer.text
            found += answer.json()["epcisBody"]["queryResults"]["resultsBody"]["eventList"]
            link = answer.headers.get("Link", "")
            path = link.partition(">")[0].removeprefix("<")
        return found

    def names(self, query: str = "") -> list[str]:
        """The eventIDs of a query."""
        return [event["eventID"] for event in self.events(query)]


class Client:
    """Speaks to an application without a socket, one request after the other."""

    def __init__(self, app: FastAPI, portal: BlockingPortal) -> None:
        self.app = app
        self._portal = portal
        self._client = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1")

    def request(self, method: str, path: str, **more: Any) -> httpx.Response:
        return self._portal.call(partial(self._client.request, method, path, **more))

    def get(self, path: str, **more: Any) -> httpx.Response:
        return self.request("GET", path, **more)

    def post(self, path: str, **more: Any) -> httpx.Response:
        return self.request("POST", path, **more)


@contextmanager
def small_epcis(hub: Hub) -> Iterator[SmallEpcis]:
    """The application of ``hub`` and a client of it."""
    with start_blocking_portal() as portal:
        yield SmallEpcis(hub, Client(create_app(hub), portal))
