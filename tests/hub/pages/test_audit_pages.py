"""The pages of audits and of sharing policies: who sees which of them, what they say, and that they say it honestly."""

from collections.abc import Iterator
from html import unescape

import httpx
import pytest
from small_audited import OTHER, OWN, SCRIPT, SISTER, audited, entered_by, share
from small_hub import small_hub
from small_people import People, csrf
from sqlalchemy import select, update

from hub.audit.check_view import WITHHELD
from hub.audit.desk import CheckDesk
from hub.store.account.checks import StoredCheck, put_check
from hub.store.ledger.batches import log_size
from hub.store.sharing.queries import all_policies_of
from hub.store.tables.every import batch
from traceability.record.sharing import DataKind

PAGES = ("/audit", "/audit/changes", "/audit/log")
ZH = {"Accept-Language": "zh-CN"}


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[People]:
    made = audited(small_hub(tmp_path_factory.mktemp("audit") / "hub"))
    account = made.known("writer", organisation="supplier-a", name="Writer")
    entered_by(made.hub, OWN, account.id)
    entered_by(made.hub, SISTER, "token-9")
    entered_by(made.hub, OTHER, "somebody-else")
    yield made
    made.site.state.audit.settle()
    made.hub.store.close()


def desk_of(people: People) -> CheckDesk:
    desk = people.site.state.checks
    assert isinstance(desk, CheckDesk)
    return desk


async def checked(people: People, browser: httpx.AsyncClient, scope: str = "sample") -> str:
    """Address of the page of a check that has ended."""
    form = {"csrf": await csrf(browser), "scope": scope}
    answer = await browser.post("/audit/checks", data=form)
    assert answer.status_code == 303, answer.text
    path = answer.headers["location"]
    desk_of(people).wait(path.rpartition("/")[2], 60)
    return str(path)


async def test_the_auditor_is_led_there_and_a_viewer_is_not(people: People) -> None:
    async with people.signed_in("lin.auditor") as auditor:
        home = (await auditor.get("/")).text
        assert 'href="/audit"' in home
        for path in PAGES:
            for language in ({}, ZH):
                answer = await auditor.get(path, headers=language)
                assert answer.status_code == 200
                assert SCRIPT not in answer.text
    async with people.signed_in("vera.viewer") as viewer:
        home = (await viewer.get("/")).text
        assert 'href="/audit"' not in home
        assert 'href="/policies"' in home
        for path in PAGES:
            assert (await viewer.get(path)).status_code == 403
        assert (await viewer.post("/audit/checks", data={"csrf": await csrf(viewer)})).status_code == 403


async def test_reads_are_told_by_partner_kind_and_time(people: People) -> None:
    async with people.signed_in("lin.auditor") as auditor:
        page = (await auditor.get("/audit")).text
        told = (await auditor.get("/api/v1/audit")).json()
        partners = {one["asker"]: one for one in told["partners"]}
        assert (partners["oem"]["questions"], partners["operator"]["questions"]) == (24, 6)
        assert partners["oem"]["kinds"] == {"genealogy": 24, "verdicts": sum(n for n in range(30) if n % 5)}
        assert "30 questions of others" in page
        assert "token-29" in page
        only = await auditor.get("/api/v1/audit", params={"partner": "operator"})
        assert {one["asker"] for one in only.json()["reads"]} == {"operator"}
        kinds = await auditor.get("/api/v1/audit", params={"kind": "verdicts"})
        assert all("verdicts" in one["kinds"] for one in kinds.json()["reads"])
        since, until = told["reads"][9]["at"], told["reads"][4]["at"]
        between = await auditor.get("/api/v1/audit", params={"since": since, "until": until})
        assert [one["number"] for one in between.json()["reads"]] == [one["number"] for one in told["reads"][5:10]]
        day = told["reads"][0]["at"][:10]
        assert "token-29" in (await auditor.get("/audit", params={"since": day, "until": day})).text
        assert "token-29" not in (await auditor.get("/audit", params={"until": "2020-01-01"})).text
        wrong = await auditor.get("/audit", params={"since": "yesterday"})
        assert wrong.status_code == 422
        assert 'value="yesterday"' in wrong.text
        file = await auditor.get("/audit", params={"table": "reads", "format": "csv"})
        assert file.text.count("token-") == 30


async def test_who_is_of_some_plants_reads_no_log_of_the_company(people: People) -> None:
    async with people.signed_in("half.auditor") as half:
        assert "token-29" not in (await half.get("/audit")).text
        assert (await half.get("/api/v1/audit")).json()["partners"] == []
        told = (await half.get("/api/v1/audit/changes")).json()["changes"]
        assert {one["plant"] for one in told} == {SISTER}
        page = (await half.get("/audit/changes")).text
        assert "ada.admin" not in page, "the trail of accounts is not theirs"
        assert (await half.get("/api/v1/audit?owner=oem")).status_code == 403


async def test_changes_name_who_entered_what_and_lead_there(people: People) -> None:
    async with people.signed_in("lin.auditor") as auditor:
        told = (await auditor.get("/api/v1/audit/changes", params={"limit": 500})).json()
        plants = {one["plant"] for one in told["changes"] if one["plant"]}
        assert plants == {OWN, SISTER}
        assert {one["organisation"] for one in told["changes"] if not one["plant"]} == {"supplier-a"}
        written = next(one for one in told["changes"] if one["login"] == "writer")
        assert (written["kind"], written["plant"], written["records"]) == ("output-value", OWN, 1)
        page = (await auditor.get("/audit/changes")).text
        assert f'href="/plants/{OWN}/losses"' in page
        assert "writer" in page
        assert "output value" in page
        proof = await auditor.get(written["evidence"])
        assert proof.status_code == 200
        assert written["id"] in proof.text
        kind = (await auditor.get("/api/v1/audit/changes", params={"kind": "policy"})).json()["changes"]
        assert {one["kind"] for one in kind} == {"policy"}
        assert len(kind) == 2
        by = (await auditor.get("/api/v1/audit/changes", params={"by": written["by"]})).json()["changes"]
        assert [one["id"] for one in by] == [written["id"]]
        first = (await auditor.get("/api/v1/audit/changes", params={"limit": 1})).json()
        then = await auditor.get("/api/v1/audit/changes", params={"limit": 500, "before": first["next"]})
        assert first["changes"] + then.json()["changes"] == told["changes"]
        trail = await auditor.get("/audit/changes?table=accounts&format=csv")
        assert "ada.admin" in trail.text
        assert "oem.admin" not in trail.text


async def test_the_log_says_how_far_each_witness_is(people: People) -> None:
    async with people.signed_in("lin.auditor") as auditor:
        told = (await auditor.get("/api/v1/audit/log")).json()
        cosigned, silent = told["witnesses"]
        with people.hub.store.reading() as connection:
            assert told["size"] == log_size(connection)
        assert cosigned["size"] + cosigned["behind"] == told["size"]
        assert (cosigned["agrees"], silent["agrees"], silent["behind"]) == (True, None, None)
        page = unescape((await auditor.get("/audit/log")).text)
        assert told["root"] in page
        assert told["checkpoint"] in page
        assert "nothing yet" in page


async def test_a_check_says_what_it_covered(people: People) -> None:
    async with people.signed_in("lin.auditor") as auditor:
        path = await checked(people, auditor)
        told = (await auditor.get(f"/api/v1{path}")).json()
        assert (told["state"], told["sound"], told["opened"]) == ("done", True, told["size"])
        assert told["cosigned"] == 1
        assert "Nothing is wrong in what was read" in (await auditor.get(path)).text
        assert "读取的内容没有不符" in (await auditor.get(path, headers=ZH)).text
        assert path in (await auditor.get("/audit/log")).text
    async with people.signed_in("oem.admin") as other:
        assert (await other.get(path)).status_code == 404
        latest = (await other.get("/api/v1/audit/checks")).json()
        assert latest[0]["id"] == latest[0]["by"] == ""


async def test_one_check_goes_on_at_a_time_and_needs_the_page_of_this_hub(people: People) -> None:
    now = int(people.hub.clock().timestamp() * 1_000_000)
    other = StoredCheck(id="other", organisation="", by="", scope="whole", asked_at=1, beat_at=now, size=9, since=0)
    async with people.signed_in("lin.auditor") as auditor:
        assert (await auditor.post("/audit/checks", data={"scope": "sample"})).status_code == 403
        with people.hub.store.writing() as connection:
            put_check(connection, other)
        again = await auditor.post("/audit/checks", data={"csrf": await csrf(auditor), "scope": "since"})
        assert again.status_code == 422
        assert "the log is being checked" in again.text.lower()
        assert 'value="since" checked' in again.text
        people.clock.pass_(minutes=6)
        ended = {one["state"] for one in (await auditor.get("/api/v1/audit/checks")).json() if one["size"] == 9}
        assert ended == {"failed"}, "its program has not said for six minutes that it works on it"
        await checked(people, auditor)


@pytest.fixture
def changed(people: People) -> Iterator[tuple[int, str]]:
    """Somebody changed a batch of another company behind the hub's back: its place in the log, and its author."""
    theirs = select(batch.c.id, batch.c.author, batch.c.seq).where(batch.c.author.startswith("supplier-b."))
    with people.hub.store.writing() as connection:
        index, author, seq = connection.execute(theirs.order_by(batch.c.id).limit(1)).one()
        connection.execute(update(batch).where(batch.c.id == index).values(seq=77))
    yield index, author
    with people.hub.store.writing() as connection:
        connection.execute(update(batch).where(batch.c.id == index).values(seq=seq))


async def test_a_changed_batch_is_found_and_companies_learn_no_more_than_where(
    people: People, changed: tuple[int, str]
) -> None:
    index, author = changed
    async with people.signed_in("hub.auditor") as operator, people.signed_in("lin.auditor") as company:
        for scope in ("sample", "whole"):
            path = await checked(people, operator, scope)
            told = (await operator.get(f"/api/v1{path}")).json()
            assert told["sound"] is False
            assert (told["faults"][0]["log_index"], told["faults"][0]["author"]) == (index, author)
            assert author in (await operator.get(path)).text
        path = await checked(people, company)
        told = (await company.get(f"/api/v1{path}")).json()
        assert (told["faults"][0]["what"], told["faults"][0]["log_index"]) == (WITHHELD, index)
        assert "supplier-b" not in (await company.get(path)).text


async def test_a_policy_is_seen_before_it_is_stated_and_kept_as_typed_when_refused(people: People) -> None:
    async with people.signed_in("ada.admin") as admin:
        form = {
            "csrf": await csrf(admin),
            "step": "preview",
            "owner": "supplier-a",
            "partner": "oem",
            "extent": "given",
        }
        with people.hub.store.reading() as connection:
            before = all_policies_of(connection, "supplier-a")
        shown = await admin.post(
            "/policies", data=form | {"kinds": ["measurements", "existence"], "items": "delivered"}
        )
        assert shown.status_code == 200
        assert "What would change" in shown.text
        assert "what was delivered" in shown.text
        with people.hub.store.reading() as connection:
            assert all_policies_of(connection, "supplier-a") == before
        for wrong in ({"kinds": []}, {"kinds": ["costs"], "partner": "nobody"}, {"kinds": ["costs"], "begins": "soon"}):
            refused = await admin.post(
                "/policies", data=form | {"part": "https://id.gs1.org/01/09506000134369"} | wrong
            )
            assert refused.status_code == 422
            assert 'value="https://id.gs1.org/01/09506000134369"' in refused.text
        stated = await admin.post("/policies", data=form | {"step": "state", "kinds": ["costs"]})
        assert stated.status_code == 303, stated.text
        page = (await admin.get(stated.headers["location"])).text
        assert "It is stated" in page
        with people.hub.store.reading() as connection:
            last = all_policies_of(connection, "supplier-a")[-1]
        assert (last.partner, last.kinds) == ("oem", (DataKind.COSTS,))
        ended = (await admin.get(f"/policies?end={last.id}")).text
        assert 'value="back" checked' in ended
        gone = await admin.post("/policies", data=form | {"step": "state", "extent": "back"})
        assert gone.status_code == 303
        told = {one["id"]: one["standing"] for one in (await admin.get("/api/v1/policies")).json()}
        assert told[last.id] == "ended"
        assert "State an earlier one again" in (await admin.get("/policies")).text


async def test_the_preview_says_what_the_policy_then_does(people: People) -> None:
    """Each partner's view before and after, against what the rule decides once it is stated."""
    share(people.hub, "supplier-a", partner="oem", kinds=[DataKind.VERDICTS])
    form = {"owner": "supplier-a", "by": "q1", "kinds": ["pictures"], "items": "delivered"}
    async with people.signed_in("ada.admin") as admin:
        admin.headers["X-CSRF-Token"] = await csrf(admin)
        told = (await admin.post("/api/v1/policies/preview", json=form)).json()
        seen = {one["partner"]: one["parts"] for one in told["partners"]}
        everybody = {one["kind"]: (one["before"], one["after"]) for one in seen[""][0]["kinds"]}
        assert everybody["pictures"] == ("nothing", "delivered")
        assert everybody["existence"] == ("all", "nothing")
        oem = {one["kind"]: (one["before"], one["after"]) for one in seen["oem"][0]["kinds"]}
        assert oem["verdicts"] == ("all", "all"), "a policy about this partner leaves one about everybody no say"
        assert (await admin.post("/api/v1/policies/preview", json=form | {"owner": "oem"})).status_code == 403


async def test_only_who_is_of_all_plants_states_policies(people: People) -> None:
    form = {"step": "state", "owner": "supplier-a", "partner": "oem", "extent": "withheld"}
    with people.hub.store.reading() as connection:
        before = log_size(connection)
    for login in ("half.admin", "vera.viewer", "lin.auditor", "oem.admin"):
        async with people.signed_in(login) as browser:
            page = await browser.get("/policies")
            assert page.status_code == 200
            assert ('name="extent"' in page.text) is (login == "oem.admin")
            assert SCRIPT not in page.text
            answer = await browser.post("/policies", data=form | {"csrf": await csrf(browser)})
            assert answer.status_code == 403, login
            token = {"X-CSRF-Token": await csrf(browser)}
            said = {"owner": "supplier-a", "by": "x", "partner": "oem", "kinds": []}
            assert (await browser.post("/api/v1/policies", json=said, headers=token)).status_code == 403, login
    async with people.signed_in("ada.admin") as admin:
        assert (await admin.post("/policies", data=form)).status_code == 403, "without the field of this page"
    with people.hub.store.reading() as connection:
        assert log_size(connection) == before
