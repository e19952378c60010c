"""Subscribers are told of what is new, signed and at least once, and only where the operator allows it."""

import hmac
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec
import pytest
from small_epcis import SmallEpcis
from small_events import document, some_event
from small_hub import START

from hub.epcis import webhook
from hub.epcis.problems import EpcisRefused
from hub.epcis.schedule import Schedule
from hub.epcis.tell import PATIENCE, tell
from hub.parts import Hub


class Receiver:
    """A web server that keeps what it is sent, and answers ``status``."""

    def __init__(self) -> None:
        self.status = 200
        self.got: list[tuple[dict[str, str], bytes]] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got.append((dict(self.headers), body))
                self.send_response(receiver.status)
                self.send_header("Location", "/elsewhere")
                self.end_headers()

            def log_message(self, *_arguments: object) -> None:
                """Nothing on the error output."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self.server.server_port}"
        self._thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self._thread.join(10)

    def events(self) -> list[str]:
        found = []
        for _, body in self.got:
            results = json.loads(body)["epcisBody"]["queryResults"]
            found += [event["eventID"] for event in results["resultsBody"]["eventList"]]
        return found


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.close()


@pytest.fixture
def asked(epcis: SmallEpcis, receiver: Receiver) -> SmallEpcis:
    (epcis.hub.settings.data / webhook.FILE).write_text(f'[webhooks]\nallow = ["{receiver.origin}"]\n')
    assert epcis.post("/queries", {"name": "packed", "query": {"EQ_bizStep": ["packing"]}}).status_code == 201
    return epcis


def named(number: int, step: str = "packing") -> dict[str, Any]:
    return some_event(eventID=f"urn:uuid:{number}", bizStep=step)


def later(hub: Hub, **ahead: float) -> Hub:
    return msgspec.structs.replace(hub, clock=lambda: START + timedelta(**ahead))


def test_a_stream_tells_of_new_events_signed(asked: SmallEpcis, receiver: Receiver) -> None:
    asked.capture(document(named(1)))
    form = {"dest": receiver.origin + "/hook?a=1", "stream": True, "signatureToken": "secret"}
    made = asked.post("/queries/packed/subscriptions", form)
    assert made.status_code == 201
    assert "secret" not in made.text
    assert tell(asked.hub) == (0, 0)
    asked.capture(document(named(2), named(3, "shipping"), named(4)))
    assert tell(asked.hub) == (1, 0)
    assert tell(asked.hub) == (0, 0)
    assert receiver.events() == ["urn:uuid:2", "urn:uuid:4"]
    headers, body = receiver.got[0]
    assert headers["GS1-Signature"] == hmac.new(b"secret", body, "sha256").hexdigest()
    assert headers["Zhuoyue-Signature"].startswith("ed25519=")
    results = json.loads(body)["epcisBody"]["queryResults"]
    assert (results["queryName"], results["subscriptionID"]) == ("packed", made.json()["subscriptionID"])
    seen = asked.client.get(made.headers["Location"]).json()
    assert (seen["state"], seen["problem"], seen["lastNotifiedAt"]) == ("active", "", "2026-03-01T08:00:00.000Z")


def test_what_fails_is_told_again_and_given_up_in_the_end(asked: SmallEpcis, receiver: Receiver) -> None:
    made = asked.post("/queries/packed/subscriptions", {"dest": receiver.origin, "stream": True})
    asked.capture(document(named(1)))
    receiver.status = 302
    assert tell(asked.hub) == (0, 1)
    assert tell(asked.hub) == (0, 0)  # not yet again
    assert "302" in asked.client.get(made.headers["Location"]).json()["problem"]
    receiver.status = 204
    assert tell(later(asked.hub, seconds=11)) == (1, 0)
    assert receiver.events() == ["urn:uuid:1", "urn:uuid:1"]
    asked.capture(document(named(2)))
    receiver.status = 500
    tell(later(asked.hub, seconds=12))
    tell(later(asked.hub, seconds=PATIENCE.total_seconds() + 20))
    assert asked.client.get(made.headers["Location"]).json()["state"] == "failed"


def test_from_an_earlier_time_and_by_schedule(asked: SmallEpcis, receiver: Receiver) -> None:
    asked.capture(document(named(1)))
    form = {
        "dest": receiver.origin,
        "schedule": {"hour": "9", "minute": "30"},
        "initialRecordTime": "2026-01-01T00:00:00Z",
        "reportIfEmpty": True,
    }
    assert asked.post("/queries/packed/subscriptions", form).status_code == 201
    assert tell(later(asked.hub, hours=1)) == (0, 0)
    assert tell(later(asked.hub, hours=1.5)) == (1, 0)
    assert tell(later(asked.hub, hours=1.6)) == (0, 0)
    assert receiver.events() == ["urn:uuid:1"]
    assert tell(later(asked.hub, hours=25.5)) == (1, 0)
    assert len(receiver.got) == 2
    assert receiver.events() == ["urn:uuid:1"]


@pytest.mark.parametrize(
    "form",
    [
        {"dest": "http://127.0.0.1:9/", "stream": True},
        {"dest": "file:///etc/passwd", "stream": True},
        {"dest": "http://user@RECEIVER/", "stream": True},
        {"dest": "gopher://RECEIVER/", "stream": True},
        {"dest": "http://RECEIVER/"},
        {"dest": "http://RECEIVER/", "stream": True, "schedule": {"hour": "1"}},
        {"dest": "http://RECEIVER/", "schedule": {"hour": "25"}},
        {"dest": "http://RECEIVER/", "schedule": {"month": "2", "dayOfMonth": "30"}},
        {"dest": "http://RECEIVER/", "schedule": {"minute": "[9-1]"}},
    ],
)
def test_other_targets_and_senseless_controls_are_refused(
    asked: SmallEpcis, receiver: Receiver, form: dict[str, Any]
) -> None:
    form = form | {"dest": form["dest"].replace("RECEIVER", receiver.origin.removeprefix("http://"))}
    answer = asked.post("/queries/packed/subscriptions", form)
    assert answer.status_code == 400
    assert answer.json()["type"] in (
        "epcisException:SubscriptionControlsException",
        "epcisException:InvalidURIException",
    )
    assert asked.get("/queries/packed/subscriptions").json() == []


def test_a_name_that_leads_to_this_machine_is_not_sent_to(
    asked: SmallEpcis, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = receiver.server.server_port
    data = asked.hub.settings.data
    (data / webhook.FILE).write_text(f'[webhooks]\nallow = ["http://partner.example:{port}"]\n')
    dest = {"dest": f"http://partner.example:{port}/", "stream": True}
    made = asked.post("/queries/packed/subscriptions", dest)
    asked.capture(document(named(1)))
    for address in ("127.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1", "0.0.0.0"):
        monkeypatch.setattr(webhook.socket, "getaddrinfo", lambda *_, at=address, **__: [(2, 1, 6, "", (at, port))])
        with pytest.raises(webhook.NotAllowedTarget):
            webhook.send_to(data)(dest["dest"], b"", {})
    assert tell(asked.hub) == (0, 1)
    assert "partner.example leads to" in asked.client.get(made.headers["Location"]).json()["problem"]
    assert receiver.got == []
    (data / webhook.FILE).unlink()
    with pytest.raises(webhook.NotAllowedTarget):
        webhook.send_to(data)(dest["dest"], b"", {})


def test_a_subscription_ends_by_itself_or_with_its_query(asked: SmallEpcis, receiver: Receiver) -> None:
    def subscribe() -> str:
        made = asked.post("/queries/packed/subscriptions", {"dest": receiver.origin, "stream": True})
        return str(made.headers["Location"])

    assert asked.post("/queries/none/subscriptions", {"dest": receiver.origin, "stream": True}).status_code == 404
    first, second = subscribe(), subscribe()
    assert len(asked.get("/queries/packed/subscriptions").json()) == 2
    assert asked.client.request("DELETE", first).status_code == 401
    assert asked.client.request("DELETE", first, headers=asked.token).status_code == 204
    assert asked.client.get(first).json()["type"] == "epcisException:NoSuchSubscriptionException"
    assert asked.client.request("DELETE", "/epcis/queries/packed", headers=asked.token).status_code == 204
    assert asked.client.get(second).status_code == 404
    asked.capture(document(named(1)))
    assert tell(asked.hub) == (0, 0)


@pytest.mark.parametrize(
    ("fields", "due"),
    [
        ({"second": "0"}, "2026-03-01T08:01:00"),
        ({"minute": "5,[10-20]"}, "2026-03-01T08:05:00"),
        ({"hour": "1", "minute": "5"}, "2026-03-02T01:05:00"),
        ({"dayOfWeek": "1", "hour": "0", "minute": "0"}, "2026-03-02T00:00:00"),
        ({"dayOfMonth": "29", "month": "2", "hour": "0", "minute": "0"}, "2028-02-29T00:00:00"),
        ({"month": "12"}, "2026-12-01T00:00:00"),
    ],
)
def test_schedules_in_utc(fields: dict[str, str], due: str) -> None:
    assert Schedule(fields).after(START) == datetime.fromisoformat(due).replace(tzinfo=UTC)


def test_a_senseless_field_is_named() -> None:
    with pytest.raises(EpcisRefused) as refused:
        Schedule({"dayOfWeek": "8"})
    assert refused.value.where == "schedule/dayOfWeek"
