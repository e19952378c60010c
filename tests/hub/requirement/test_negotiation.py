"""Proposed, countered, agreed, passed on, superseded; by tokens of both sides, and between two hubs."""

import pytest
from small_hub import projection_of, small_agent, small_hub
from small_incoming import CUSTOMER, PART, SUPPLIER, two_companies
from small_requirements import FPY, Table

from hub.entry.master import add_organisation
from hub.errors import EntryRefused
from hub.projection.rebuild import rebuild
from hub.requirement.exchange import take_in, write_file
from traceability.errors import SignatureRefused

STRANGER = "plant-x-company"


@pytest.fixture
def table(hub):
    two_companies(hub)
    small_agent(hub, "x.line-1", "plant-x")
    made = Table(hub)
    for organisation in (CUSTOMER, SUPPLIER, STRANGER):
        made.seat(organisation)
    return made


def other(target):
    return {"text": "Other", "indicators": [FPY | {"target": target}], "valid_from": "2026-01-01"}


async def test_both_sides_see_the_same_text_and_state(table):
    identity = await table.propose(who=CUSTOMER)
    views = [await table.get(f"/{identity}", who=who) for who in (CUSTOMER, SUPPLIER, "")]
    assert views[0] == views[1] == views[2]
    assert views[0]["next"] == {"customer": ["counter", "decline"], "supplier": ["agree", "counter", "decline"]}
    await table.post(f"/{identity}/counter", who=SUPPLIER, party="supplier", by="s1", terms=other("0.95"))
    now = await table.get(f"/{identity}", who=CUSTOMER)
    assert (now["state"], now["terms_of"], now["terms"]["indicators"][0]["target"]) == ("countered", "supplier", "0.95")
    await table.post(f"/{identity}/agree", who=CUSTOMER, party="customer", by="q1", terms_hash=now["terms_hash"])
    agreed = await table.get(f"/{identity}", who=SUPPLIER)
    assert (agreed["state"], agreed["content_hash"]) == ("agreed", views[0]["content_hash"])
    assert agreed["next"] == {"customer": ["end"], "supplier": ["end"]}
    assert [one["content"]["what"] for one in agreed["history"]] == ["counter", "agree"]


async def test_nobody_speaks_for_the_other_side(table):
    identity = await table.propose(who=CUSTOMER)
    terms_hash = (await table.get(f"/{identity}"))["terms_hash"]
    await table.post(f"/{identity}/agree", 403, who=CUSTOMER, party="supplier", by="q1", terms_hash=terms_hash)
    await table.post(f"/{identity}/agree", 422, who=CUSTOMER, party="customer", by="q1", terms_hash=terms_hash)
    await table.propose(who=SUPPLIER, status=403)
    await table.get(f"/{identity}", 404, who=STRANGER)
    await table.post(f"/{identity}/remarks", 404, who=STRANGER, party="customer", by="x", text="hello")
    assert (await table.get("", who=STRANGER))["total"] == 0
    assert (await table.get("", who=SUPPLIER))["total"] == 1


async def test_terms_that_changed_meanwhile_are_not_agreed_to(table):
    identity = await table.propose()
    read = (await table.get(f"/{identity}"))["terms_hash"]
    await table.post(f"/{identity}/counter", party="customer", by="q1", terms=other("0.99"))
    refused = await table.post(f"/{identity}/agree", 422, party="supplier", by="s1", terms_hash=read)
    assert "not the latest" in refused["detail"]


async def test_a_new_agreement_supersedes_the_one_it_replaces(table):
    first = await table.propose()
    await table.post(f"/{first}/agree", party="supplier", by="s1", terms_hash=await hash_of(table, first))
    second = await table.propose(replaces=first)
    assert (await table.get(f"/{first}"))["state"] == "agreed"
    await table.post(f"/{second}/agree", party="supplier", by="s1", terms_hash=await hash_of(table, second))
    before = await table.get(f"/{first}")
    assert (before["state"], before["superseded_by"]) == ("superseded", second)
    refused = await table.propose(replaces=second, supplier=STRANGER, status=422)
    assert "between others" in refused["detail"]


async def test_passed_on_to_the_next_tier_and_redacted(table):
    identity = await table.propose(who=CUSTOMER)
    form = {"supplier": STRANGER, "part": PART, "title": "Blanks", "terms": other("0.99"), "by": "s1"}
    await table.post(f"/{identity}/pass-on", 403, who=CUSTOMER, **form)
    onward = (await table.post(f"/{identity}/pass-on", who=SUPPLIER, **form))["id"]
    told = await table.get(f"/{onward}", who=STRANGER)
    assert told["content"]["passes_on"]["requirement"] == identity
    assert CUSTOMER not in str(told)
    assert "Bolts" not in str(told)
    await table.get(f"/{identity}", 404, who=STRANGER)
    await table.get(f"/{onward}", 404, who=CUSTOMER)
    assert [one["id"] for one in (await table.get(f"/{identity}", who=SUPPLIER))["passed_on"]] == [onward]
    assert (await table.get(f"/{identity}", who=CUSTOMER))["passed_on"] == []


async def test_what_makes_no_sense_is_refused(table):
    assert "no organisation" in (await table.propose(supplier="nobody", status=422))["detail"]
    assert "same company" in (await table.propose(supplier=CUSTOMER, status=422))["detail"]
    assert "between 0 and 1" in (await table.propose(FPY | {"target": "98"}, status=422))["detail"]
    assert "no part" in (await table.propose(part=PART + "/21/1", status=422))["detail"]
    await table.get("/requirement-unknown", 404)


async def test_everything_comes_out_of_the_ledger_again(hub, table):
    identity = await table.propose()
    await table.post(f"/{identity}/agree", party="supplier", by="s1", terms_hash=await hash_of(table, identity))
    before, view = projection_of(hub), await table.get(f"/{identity}")
    rebuild(hub)
    assert projection_of(hub) == before
    assert await table.get(f"/{identity}") == view


async def test_a_table_out_is_a_table_in(table):
    sharing = {"name": "data", "metric": "sharing", "kinds": ["verdicts", "measurements"]}
    await table.propose(FPY, sharing, {"name": "cpk", "metric": "cpk", "target": "1.33", "characteristic": "length"})
    for form in ("csv", "xlsx"):
        out = await table.client.get("/api/v1/requirements/file", params={"form": form}, headers=table.of[""])
        tried = await send(table, out.content)
        assert (tried["requirements"], tried["problems"], tried["ids"]) == (1, [], [])
    (identity,) = (await send(table, out.content, dry_run=False))["ids"]
    first = (await table.get(""))["requirements"][-1]["id"]
    one, again = [await table.get(f"/{each}") for each in (first, identity)]
    assert one["terms"]["indicators"] == again["terms"]["indicators"]


async def test_a_table_with_one_bad_row_proposes_nothing(table):
    head = "customer,supplier,part,title,indicator,metric,target,valid_from\n"
    good = f"{CUSTOMER},{SUPPLIER},{PART},Bolts,fpy,fpy,0.98,2026-01-01\n"
    bad = f"{CUSTOMER},{SUPPLIER},{PART},Nuts,fpy,fpy,98,2026-01-01\n"
    tried = await send(table, (head + good + bad).encode())
    assert (tried["requirements"], len(tried["problems"])) == (1, 1)
    assert tried["problems"][0]["row"] == 3
    await send(table, (head + good + bad).encode(), dry_run=False, status=422)
    assert (await table.get(""))["total"] == 0


async def test_two_hubs_end_with_the_same_requirement(hub, table, tmp_path):
    partner = small_hub(tmp_path / "partner")
    for organisation in (CUSTOMER, SUPPLIER):
        add_organisation(partner, organisation, organisation)
    theirs = Table(partner)
    identity = await table.propose()
    assert carried(hub, partner, identity, CUSTOMER) == (identity, 0)
    await theirs.post(f"/{identity}/counter", party="supplier", by="s1", terms=other("0.95"))
    assert carried(partner, hub, identity, SUPPLIER) == (identity, 1)
    assert carried(partner, hub, identity, SUPPLIER) == (identity, 0)
    await table.post(f"/{identity}/agree", party="customer", by="q1", terms_hash=await hash_of(table, identity))
    carried(hub, partner, identity, CUSTOMER)
    here, there = await table.get(f"/{identity}"), await theirs.get(f"/{identity}")
    for name in ("state", "content_hash", "terms_hash", "history", "next"):
        assert here[name] == there[name]
    with pytest.raises(SignatureRefused):
        take_in(hub, file_of(partner, identity), partner=SUPPLIER, partner_key=hub.signer.public_key)
    with pytest.raises(EntryRefused, match="neither customer nor supplier"):
        take_in(hub, file_of(partner, identity), partner=STRANGER, partner_key=partner.signer.public_key)
    partner.store.close()


async def test_a_partner_cannot_put_words_into_our_mouth(hub, table, tmp_path):
    partner = small_hub(tmp_path / "partner")
    for organisation in (CUSTOMER, SUPPLIER):
        add_organisation(partner, organisation, organisation)
    identity = await table.propose()
    carried(hub, partner, identity, CUSTOMER)
    forged = Table(partner)
    await forged.post(f"/{identity}/counter", party="customer", by="q1", terms=other("0.5"))
    with pytest.raises(EntryRefused, match="only the customer"):
        carried(partner, hub, identity, SUPPLIER)
    partner.store.close()


async def hash_of(table, identity):
    return (await table.get(f"/{identity}"))["terms_hash"]


async def send(table, data, status=200, dry_run=True):
    answer = await table.client.post(
        "/api/v1/requirements/file",
        params={"by": "q1", "dry_run": dry_run},
        content=data,
        headers=table.of[""] | {"Content-Type": "application/octet-stream"},
    )
    assert answer.status_code == status, answer.text
    return answer.json()


def file_of(hub, identity):
    with hub.store.reading() as connection:
        return write_file(connection, hub, identity)


def carried(source, target, identity, partner):
    return take_in(target, file_of(source, identity), partner=partner, partner_key=source.signer.public_key)
