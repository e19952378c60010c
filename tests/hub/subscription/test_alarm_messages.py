"""Alarms reach whoever asked to be told, by a real webhook; what does not arrive is tried again and says why."""

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec
import pytest
from small_hub import GTIN, START, SmallAgent, admin_of, client_of, small_agent

from hub.accounts.asker import ADMIN, Asker, Scope
from hub.accounts.sessions import asker_of_account
from hub.accounts.tokens import make_token
from hub.errors import EntryRefused, NotFound
from hub.ingest.ingest import ingest
from hub.parts import Hub
from hub.sharing.audit import AuditDesk
from hub.store.account.people import StoredAccount, add_account, change_account
from hub.store.core.instant import to_micros
from hub.subscription.deliver import deliver
from hub.subscription.saved import ViewForm, keep_view, own_views
from hub.subscription.subscribe import (
    Channel,
    SubscriptionForm,
    listed,
    send_anew,
    send_trial,
    subscribe,
    unsubscribe,
)
from hub.subscription.tell import KINDS_TOLD, SHOWN, write_due_messages
from hub.subscription.worker import work
from traceability.encoding import from_base64
from traceability.identifier.item import part_uri, unit_uri
from traceability.quality.alarm.rule import AlarmKind
from traceability.record.alarm import AlarmRecord
from traceability.signing import signature_holds

PARTNER = Asker(organisation="plant-a-company", scopes=frozenset({Scope.READ, Scope.WRITE}))
PATIENCE_S = 60


@pytest.fixture
def agent(hub: Hub) -> SmallAgent:
    return small_agent(hub)


@pytest.fixture
def audit(hub: Hub) -> AuditDesk:
    return AuditDesk(hub)


class Receiver:
    """A webhook that keeps what it is given and answers ``status``."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.status = 204
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got.append((dict(self.headers), body))
                self.send_response(receiver.status)
                self.end_headers()

            def log_message(self, *_arguments: object) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()
        self.address = f"http://127.0.0.1:{self.server.server_port}/alarms"

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join(PATIENCE_S)
        self.server.server_close()


@pytest.fixture
def receiver(hub: Hub) -> Iterator[Receiver]:
    made = Receiver()
    origin = made.address.rsplit("/", 1)[0]
    (hub.settings.data / "epcis.toml").write_text(f'[webhooks]\nallow = ["{origin}"]\n', encoding="utf-8")
    yield made
    made.close()


def alarms(hub: Hub, agent: SmallAgent, number: int = 1, kind: AlarmKind = AlarmKind.YIELD_DROP) -> None:
    ingest(
        hub,
        agent.seal(
            *(
                AlarmRecord(
                    id=f"alarm:{agent.next_record + place}",
                    rule="first-pass",
                    warns_of=kind,
                    part=part_uri(GTIN),
                    operation="OP10",
                    work_cell="OP10",
                    result="r",
                    signs=("cusum",),
                    statistic="5.1",
                    limit="5",
                    unit=unit_uri(GTIN, "S1"),
                    **agent.stamp(place),
                )
                for place in range(number)
            )
        ),
        compressed=False,
    )


def asked(receiver: Receiver, **changes: Any) -> SubscriptionForm:
    return SubscriptionForm(channel=Channel.WEBHOOK, address=receiver.address, **changes)


def later(hub: Hub, seconds: int) -> Hub:
    return msgspec.structs.replace(hub, clock=lambda: START + timedelta(seconds=seconds))


def messages(hub: Hub, asker: Asker = ADMIN) -> Any:
    with hub.store.reading() as connection:
        return listed(connection, asker).messages


def test_new_alarms_arrive_signed_and_old_ones_do_not(
    hub: Hub, agent: SmallAgent, audit: AuditDesk, receiver: Receiver
) -> None:
    alarms(hub, agent)
    subscribe(hub, ADMIN, asked(receiver))
    work(hub, audit)
    assert receiver.got == []
    alarms(hub, agent, 2)
    work(hub, audit)
    work(hub, audit)
    assert len(receiver.got) == 1
    headers, body = receiver.got[0]
    scheme, _, signature = headers["Zhuoyue-Signature"].partition("=")
    assert scheme == "ed25519"
    assert signature_holds(hub.signer.public_key, from_base64(signature, "signature"), body)
    told = json.loads(body)
    assert (told["total"], len(told["alarms"]), told["alarms"][0]["warns_of"]) == (2, 2, "yield-drop")
    assert [(one.state, one.alarms, one.tries) for one in messages(hub)] == [("sent", 2, 1)]


def test_a_storm_of_alarms_is_one_message(hub: Hub, agent: SmallAgent, audit: AuditDesk, receiver: Receiver) -> None:
    subscribe(hub, ADMIN, asked(receiver))
    alarms(hub, agent, SHOWN + 5)
    work(hub, audit)
    told = json.loads(receiver.got[0][1])
    assert (len(receiver.got), told["total"], len(told["alarms"])) == (1, SHOWN + 5, SHOWN)


def test_what_does_not_arrive_is_tried_again_and_given_up_after_two_days(
    hub: Hub, agent: SmallAgent, audit: AuditDesk, receiver: Receiver
) -> None:
    one = subscribe(hub, ADMIN, asked(receiver))
    alarms(hub, agent)
    receiver.status = 500
    work(hub, audit)
    found = messages(hub)[0]
    assert (found.state, found.tries, found.problem) == ("waiting", 1, "the webhook answered 500")
    assert found.next_at == START + timedelta(seconds=60)
    assert deliver(later(hub, 30)) == (0, 0)  # not yet
    assert deliver(later(hub, 61)) == (0, 1)
    assert messages(hub)[0].next_at == START + timedelta(seconds=61 + 120)
    assert deliver(later(hub, 3 * 86400)) == (0, 1)
    assert messages(hub)[0].state == "failed"
    receiver.status = 200
    assert send_anew(later(hub, 3 * 86400), ADMIN, one.id) == 1
    assert deliver(later(hub, 3 * 86400 + 1)) == (1, 0)
    assert messages(hub)[0].state == "sent"


def test_only_the_plants_and_kinds_asked_for_are_told(
    hub: Hub, agent: SmallAgent, audit: AuditDesk, receiver: Receiver
) -> None:
    subscribe(hub, ADMIN, asked(receiver, plants=["elsewhere"]))
    subscribe(hub, ADMIN, asked(receiver, kinds=[AlarmKind.DEVICE_DRIFT]))
    alarms(hub, agent)
    assert write_due_messages(hub, audit) == 0
    alarms(hub, agent, kind=AlarmKind.DEVICE_DRIFT)
    assert write_due_messages(hub, audit) == 1


def test_an_organisation_is_told_of_what_it_may_see_only(
    hub: Hub, agent: SmallAgent, audit: AuditDesk, receiver: Receiver
) -> None:
    other = small_agent(hub, "b.line-1", "plant-b")
    subscribe(hub, PARTNER, asked(receiver))
    alarms(hub, other)
    assert write_due_messages(hub, audit) == 0
    alarms(hub, agent)
    assert write_due_messages(hub, audit) == 1
    assert [one.alarms for one in messages(hub, PARTNER)] == [1]
    assert messages(hub) == ()  # the operator's list is its own


def test_nobody_is_told_whose_account_was_disabled(
    hub: Hub, agent: SmallAgent, audit: AuditDesk, receiver: Receiver
) -> None:
    account = StoredAccount(
        id="u1", login="q", name="Q", organisation="", plants=[], role="quality", made_at=to_micros(START)
    )
    with hub.store.writing() as connection:
        add_account(connection, account)
        asker = asker_of_account(account)
    subscribe(hub, asker, asked(receiver))
    alarms(hub, agent)
    assert write_due_messages(hub, audit) == 1
    with hub.store.writing() as connection:
        change_account(connection, "u1", disabled_at=to_micros(START))
    alarms(hub, agent)
    assert write_due_messages(hub, audit) == 0


@pytest.mark.parametrize(
    ("channel", "address", "why"),
    [
        (Channel.MAIL, "nobody", "no mail address"),
        (Channel.MAIL, "a@b\nBcc: c@d.example", "no mail address"),
        (Channel.MAIL, "a" * 300 + "@b.example", "no mail address"),
        (Channel.WEBHOOK, "http://127.0.0.1:1/x", "may not send"),
        (Channel.WEBHOOK, "file:///etc/passwd", "no http"),
        (Channel.WEBHOOK, "http://user@host.example/", "no http"),
    ],
)
def test_an_address_that_the_operator_did_not_allow_is_refused(
    hub: Hub, channel: Channel, address: str, why: str
) -> None:
    with pytest.raises(EntryRefused, match=why):
        subscribe(hub, ADMIN, SubscriptionForm(channel=channel, address=address))


def test_mail_without_a_mail_server_says_what_is_missing(hub: Hub) -> None:
    one = subscribe(hub, ADMIN, SubscriptionForm(channel=Channel.MAIL, address="q@oem.example"))
    send_trial(hub, ADMIN, one.id)
    assert deliver(hub) == (0, 1)
    assert "mail.toml" in messages(hub)[0].problem


def test_nobody_touches_the_subscription_of_another(hub: Hub, agent: SmallAgent, receiver: Receiver) -> None:
    one = subscribe(hub, PARTNER, asked(receiver))
    for act in (unsubscribe, send_trial, send_anew):
        with pytest.raises(NotFound):
            act(hub, ADMIN, one.id)
    unsubscribe(hub, PARTNER, one.id)
    with hub.store.reading() as connection:
        assert listed(connection, PARTNER).subscriptions == ()


def test_every_kind_of_alarm_is_told_in_both_languages() -> None:
    assert set(KINDS_TOLD) == set(AlarmKind)
    assert all(" / " in told for told in KINDS_TOLD.values())


async def test_the_api_subscribes_and_keeps_views(hub: Hub, agent: SmallAgent, receiver: Receiver) -> None:
    token = {"Authorization": f"Bearer {make_token(hub, 'plant-a-company', [Scope.READ, Scope.WRITE]).text}"}
    reader = {"Authorization": f"Bearer {make_token(hub, 'plant-a-company', [Scope.READ]).text}"}
    form = {"channel": "webhook", "address": receiver.address}
    async with client_of(hub) as client:
        made = await client.post("/api/v1/subscriptions", json=form, headers=token)
        assert made.status_code == 201, made.text
        assert (await client.post("/api/v1/subscriptions", json=form, headers=reader)).status_code == 403
        listed_ = await client.get("/api/v1/subscriptions", headers=token)
        assert [one["id"] for one in listed_.json()["subscriptions"]] == [made.json()["id"]]
        assert (await client.get("/api/v1/subscriptions", headers=admin_of(hub))).json()["subscriptions"] == []
        assert (
            await client.delete(f"/api/v1/subscriptions/{made.json()['id']}", headers=admin_of(hub))
        ).status_code == 404
        assert (await client.delete(f"/api/v1/subscriptions/{made.json()['id']}", headers=token)).status_code == 204
        view = {"name": "Mondays", "address": "/suppliers?suppliers.sort=-ppm"}
        assert (await client.post("/api/v1/views", json=view, headers=token)).status_code == 201
        kept = (await client.get("/api/v1/views", headers=token)).json()["views"]
        assert [(one["name"], one["address"]) for one in kept] == [("Mondays", view["address"])]
        assert (await client.get("/api/v1/views", headers=admin_of(hub))).json()["views"] == []


@pytest.mark.parametrize(
    "address", ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:1", "/api/v1/audit", "/a\nb"]
)
def test_a_view_leads_to_no_other_host(hub: Hub, address: str) -> None:
    with pytest.raises(EntryRefused, match="no page of this hub"):
        keep_view(hub, ADMIN, ViewForm(name="x", address=address))


def test_views_are_each_readers_own(hub: Hub) -> None:
    keep_view(hub, ADMIN, ViewForm(name="x", address="/suppliers"))
    with hub.store.reading() as connection:
        assert len(own_views(connection, ADMIN).views) == 1
        assert own_views(connection, PARTNER).views == ()
