"""Policies, tokens and the audit log, told as stories."""

from datetime import timedelta

import msgspec
import pytest
from sharing_world import UNITS, Fact, Shipping, World, bearer, shipment_form
from small_hub import START, admin_of, client_of, projection_of

from hub.accounts.asker import Scope
from hub.accounts.tokens import make_token, revoke_token
from hub.entry.trace_entries import enter_shipments
from hub.ledger.log import verifier_key
from hub.projection.rebuild import rebuild
from hub.sharing.forms import PolicyForm
from hub.sharing.state import state_policy
from traceability.encoding import from_base64
from traceability.evidence import decode_evidence
from traceability.merkle import leaf_hash
from traceability.record.sharing import DataKind, Items
from traceability.verify.check import check_evidence

OEM_UNIT, OTHER_OEM_UNIT, TIER1_UNIT, TIER2_UNIT = UNITS[0], UNITS[1], UNITS[2], UNITS[6]
CHAIN = World(
    facts=[
        Fact("oem", DataKind.GENEALOGY, OEM_UNIT, children=(TIER1_UNIT,)),
        Fact("oem", DataKind.VERDICTS, OEM_UNIT),
        Fact("tier1", DataKind.VERDICTS, TIER1_UNIT),
        Fact("tier1", DataKind.MEASUREMENTS, TIER1_UNIT),
        Fact("tier1", DataKind.GENEALOGY, TIER1_UNIT, children=(TIER2_UNIT,)),
        Fact("tier2", DataKind.VERDICTS, TIER2_UNIT),
    ],
    shippings=[],
    policies=[],
)


def path_of(thing: str) -> str:
    return f"{thing.split('/')[4]}/{thing.rsplit('/', 1)[1]}"


@pytest.fixture
async def api(hub):
    async with client_of(hub) as client:
        for batch in CHAIN.build(hub):
            assert (await client.post("/api/v1/batches", content=batch)).status_code == 201
        yield client
        client._transport.app.state.audit.settle()


async def traced(api, header, thing, **parameters):
    answer = await api.get(f"/api/v1/trace/{path_of(thing)}", headers=header, params={"results": "true"} | parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()


def names(view):
    return {node["item"] for node in view["nodes"]}


def share(hub, *kinds, owner="tier1", partner="oem", part="", items=Items.ALL, **more):
    return state_policy(
        hub, PolicyForm(owner=owner, by="p1", partner=partner, part=part, kinds=list(kinds), items=items, **more)
    )


@pytest.mark.every_store(spread=True)
async def test_without_a_policy_one_sees_one_step_and_the_rest_is_sealed(hub, api):
    down = await traced(api, bearer(hub, "oem"), OEM_UNIT)
    assert names(down) == {OEM_UNIT, TIER1_UNIT}
    assert TIER1_UNIT not in down["results"]
    assert {(one["item"], one["kind"]) for one in down["sealed"]} == {
        (TIER1_UNIT, "unit-result"), (TIER1_UNIT, "measurements"), (TIER1_UNIT, "association"),
    }  # fmt: skip
    assert down["missing"] == []
    up = await traced(api, bearer(hub, "tier1"), TIER1_UNIT, direction="forward")
    assert names(up) == {TIER1_UNIT, OEM_UNIT}
    assert OEM_UNIT not in up["results"]
    far = await api.get(f"/api/v1/trace/{path_of(OEM_UNIT)}", headers=bearer(hub, "tier2"))
    assert far.status_code == 404


@pytest.mark.every_store
async def test_a_policy_opens_what_it_names_and_no_more(hub, api):
    share(hub, DataKind.VERDICTS, DataKind.GENEALOGY)
    seen = await traced(api, bearer(hub, "oem"), OEM_UNIT)
    assert names(seen) == {OEM_UNIT, TIER1_UNIT, TIER2_UNIT}
    [result] = seen["results"][TIER1_UNIT]
    assert result["measurements"] == []
    assert TIER2_UNIT not in seen["results"], "tier2 decides about its own"
    assert seen["sealed"] == [], "existence is not shared any more"
    share(hub)
    assert names(await traced(api, bearer(hub, "oem"), OEM_UNIT)) == {OEM_UNIT, TIER1_UNIT}


async def test_a_policy_of_a_part_decides_alone_and_can_be_taken_back(hub, api):
    share(hub, DataKind.VERDICTS)
    share(hub, part=TIER1_UNIT.rsplit("/21/", 1)[0])
    assert TIER1_UNIT not in (await traced(api, bearer(hub, "oem"), OEM_UNIT))["results"]
    form = PolicyForm(owner="tier1", by="p1", partner="oem", part=TIER1_UNIT.rsplit("/21/", 1)[0], kinds=None)
    state_policy(hub, form)
    assert TIER1_UNIT in (await traced(api, bearer(hub, "oem"), OEM_UNIT))["results"]


@pytest.mark.every_store
async def test_only_what_the_owner_sent_is_shared_where_the_policy_says_delivered(hub, api):
    share(hub, DataKind.VERDICTS, items=Items.DELIVERED)
    assert TIER1_UNIT not in (await traced(api, bearer(hub, "oem"), OEM_UNIT))["results"]
    enter_shipments(hub, [shipment_form(1, Shipping("oem", "tier1", TIER1_UNIT, "receive"))])
    assert TIER1_UNIT not in (await traced(api, bearer(hub, "oem"), OEM_UNIT))["results"], "the owner did not say so"
    enter_shipments(hub, [shipment_form(2, Shipping("tier1", "oem", TIER1_UNIT, "ship"))])
    assert TIER1_UNIT in (await traced(api, bearer(hub, "oem"), OEM_UNIT))["results"]


async def test_a_policy_holds_from_its_beginning_and_never_from_the_past(hub, api):
    share(hub, DataKind.VERDICTS, valid_from=START + timedelta(hours=1))
    assert TIER1_UNIT not in (await traced(api, bearer(hub, "oem"), OEM_UNIT))["results"]
    later = msgspec.structs.replace(hub, clock=lambda: START + timedelta(hours=2))
    async with client_of(later) as client:
        assert TIER1_UNIT in (await traced(client, bearer(later, "oem"), OEM_UNIT))["results"]
        client._transport.app.state.audit.settle()
    admin = {"owner": "tier1", "by": "p1", "kinds": [], "valid_from": "2026-02-01T00:00:00Z"}
    assert (await api.post("/api/v1/policies", json=admin, headers=admin_of(hub))).status_code == 422


@pytest.mark.every_store(spread=True)
async def test_what_is_sealed_in_a_trace_is_sealed_in_the_proof_and_proved_when_it_is_shown(hub, api):
    header = bearer(hub, "oem")
    sealed = {one["leaf"] for one in (await traced(api, header, OEM_UNIT))["sealed"]}
    path = f"/api/v1/units/{path_of(OEM_UNIT)}/evidence"
    before = await api.get(path, headers=header)
    file = decode_evidence(before.content)
    assert {one.leaf for one in file.withheld} == sealed
    assert not any("tier1:" in record.line for record in file.records)
    assert check_evidence(before.content, verifier_key(hub)).ok
    share(hub, DataKind.EXISTENCE, DataKind.VERDICTS)
    after = decode_evidence((await api.get(path, headers=header)).content)
    [shown] = [one for one in after.records if '"id":"tier1:' in one.line]
    assert leaf_hash(shown.line.encode()) in {from_base64(one.leaf, "leaf") for one in file.withheld}


@pytest.mark.every_store
async def test_the_owner_reads_who_read_what_by_which_policy(hub, api):
    await traced(api, bearer(hub, "oem"), OEM_UNIT)
    share(hub, DataKind.VERDICTS)
    await traced(api, bearer(hub, "oem"), OEM_UNIT)
    told = (await api.get("/api/v1/audit", headers=bearer(hub, "tier1"))).json()
    [policy] = told["policies"]
    read = told["reads"][0]
    assert (read["asker"], set(read["kinds"]), read["version"]) == ("oem", {"verdicts"}, policy["version"])
    assert read["items"] == [TIER1_UNIT]
    assert read["asked"].endswith(path_of(OEM_UNIT))
    others = await api.get("/api/v1/audit", params={"owner": "tier1"}, headers=bearer(hub, "oem"))
    assert others.status_code == 403
    assert (await api.get("/api/v1/audit", headers=bearer(hub, "tier2"))).json()["reads"] == []


async def test_the_operator_looks_through_the_eyes_of_a_partner_and_nobody_is_told(hub, api):
    share(hub, DataKind.VERDICTS)
    preview = await traced(api, {}, OEM_UNIT, **{"as": "oem"})
    assert TIER1_UNIT in preview["results"]
    assert (await api.get("/api/v1/audit", headers=bearer(hub, "tier1"))).json()["reads"] == []
    assert preview == await traced(api, bearer(hub, "oem"), OEM_UNIT)
    stranger = await api.get("/api/v1/summary", params={"as": "tier1"}, headers=bearer(hub, "oem"))
    assert stranger.status_code == 403
    acting = await api.post("/api/v1/recall", params={"as": "oem"}, json={"items": [OEM_UNIT]})
    assert acting.status_code == 403


async def test_a_recall_belongs_to_who_asked_it(hub, api):
    header = bearer(hub, "tier2")
    asked = (await api.post("/api/v1/recall", json={"items": [TIER2_UNIT]}, headers=header)).json()
    for other in (bearer(hub, "oem"), bearer(hub, "tier1")):
        assert (await api.get(asked["url"], headers=other)).status_code == 404
        assert (await api.get(asked["items_url"], headers=other)).status_code == 404
    items = (await api.get(asked["items_url"] + "?format=ndjson", headers=header)).text
    assert OEM_UNIT not in items


async def test_an_organisation_acts_for_its_own_side_only(hub, api):
    form = {
        "type": "ALERT", "severity": "MAJOR", "sender": "oem", "receiver": "tier1", "title": "Crack",
        "description": "", "items": [TIER1_UNIT], "by": "p1",
    }  # fmt: skip
    oem, tier1, tier2 = (bearer(hub, org) for org in ("oem", "tier1", "tier2"))
    assert (await api.post("/api/v1/notifications", json=form, headers=tier1)).status_code == 403
    identity = (await api.post("/api/v1/notifications", json=form, headers=oem)).json()["id"]
    path = f"/api/v1/notifications/{identity}"
    assert (await api.get(path, headers=tier1)).status_code == 404, "it is not sent yet"
    sent = await api.post(f"{path}/transitions", json={"to": "SENT", "side": "sender", "by": "p1"}, headers=oem)
    assert sent.status_code == 201, sent.text
    assert (await api.get(path, headers=tier1)).status_code == 200
    assert (await api.get(path, headers=tier2)).status_code == 404
    assert (await api.get("/api/v1/notifications", headers=tier2)).json()["total"] == 0
    as_sender = {"text": "x", "side": "sender", "by": "p1"}
    assert (await api.post(f"{path}/messages", json=as_sender, headers=tier1)).status_code == 403
    assert (await api.post(f"{path}/messages", json=as_sender, headers=tier2)).status_code == 404
    own = as_sender | {"side": "receiver"}
    assert (await api.post(f"{path}/messages", json=own, headers=tier1)).status_code == 201
    read_only = bearer(hub, "tier1", Scope.READ)
    assert (await api.post(f"{path}/messages", json=own, headers=read_only)).status_code == 403
    strange = {"receiver": "tier2", "title": "t", "items": [OTHER_OEM_UNIT], "by": "p1"}
    assert (await api.post(f"{path}/forward", json=strange, headers=tier1)).status_code == 422


async def test_policies_are_stated_by_their_owner_with_the_scope(hub, api):
    form = {"owner": "tier1", "by": "p1", "partner": "oem", "kinds": ["verdicts"]}
    assert (await api.post("/api/v1/policies", json=form, headers=bearer(hub, "oem"))).status_code == 403
    reader = bearer(hub, "tier1", Scope.READ, Scope.WRITE, Scope.CAPTURE)
    assert (await api.post("/api/v1/policies", json=form, headers=reader)).status_code == 403
    assert (await api.post("/api/v1/policies", json=form)).status_code == 401
    assert (await api.post("/api/v1/policies", json=form, headers=bearer(hub, "tier1"))).status_code == 201
    for wrong in ({"partner": "nobody"}, {"owner": "oem", "partner": "oem"}, {"part": TIER1_UNIT}):
        answer = await api.post("/api/v1/policies", json=form | wrong, headers=admin_of(hub))
        assert answer.status_code == 422, answer.text


async def test_a_token_ends_and_is_kept_as_a_hash(hub, api):
    made = make_token(hub, "oem", [Scope.READ], valid=timedelta(days=1))
    header = {"Authorization": f"Bearer {made.text}"}
    assert (await api.get("/api/v1/summary", headers=header)).status_code == 200
    assert made.text.encode() not in (hub.settings.data / "hub.db").read_bytes()
    async with client_of(msgspec.structs.replace(hub, clock=lambda: START + timedelta(days=1))) as later:
        assert (await later.get("/api/v1/summary", headers=header)).status_code == 401
    revoke_token(hub, made.id)
    assert (await api.get("/api/v1/summary", headers=header)).status_code == 401
    writer = bearer(hub, "oem", Scope.WRITE)
    assert (await api.get("/api/v1/summary", headers=writer)).status_code == 403


async def test_policies_come_out_of_the_ledger_again(hub, api):
    share(hub, DataKind.VERDICTS)
    before = projection_of(hub)["sharing_policy"]
    rebuild(hub)
    assert projection_of(hub)["sharing_policy"] == before != []
