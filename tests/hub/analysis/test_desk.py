"""Comparisons in the background: one address for one question, answered as the reader may see it; and the page."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import msgspec
import pytest
from planted import BAD, Planted, planted_fault
from small_chain import machine, steel
from small_hub import client_of, small_agent, small_hub
from small_people import Clock
from sqlalchemy import select

from hub.accounts.asker import OPERATOR, Asker, Scope
from hub.analysis.desk import DONE, FAILED, KEPT, CommonDesk, ComparisonView
from hub.analysis.question import CommonQuestion, Suspects
from hub.errors import NotFound
from hub.ingest.ingest import ingest
from hub.pages.site import create_site
from hub.sharing.audit import AuditDesk
from hub.sharing.forms import PolicyForm
from hub.sharing.state import state_policy
from hub.store.sharing.queries import organisations_known
from hub.store.tables.asked_common import common_question
from traceability.record.sharing import DataKind

WAIT_S = 60
HTML = {"Accept": "text/html", "Accept-Language": "en"}


def asking(organisation: str) -> Asker:
    return Asker(organisation=organisation, scopes=frozenset({Scope.READ}))


@pytest.fixture
def desk(planted: Planted) -> CommonDesk:
    return CommonDesk(planted.hub, AuditDesk(planted.hub))


def of(planted: Planted, **more: object) -> CommonQuestion:
    return CommonQuestion(suspects=Suspects(items=list(planted.failed)), without=["OP20"], **more)


async def test_a_question_has_an_address_and_the_answer_of_the_direct_one(planted: Planted) -> None:
    asked = of(planted).model_dump(mode="json", exclude_defaults=True)
    async with client_of(planted.hub) as client:
        begun = await client.post("/api/v1/analysis/common/questions", json=asked)
        assert begun.status_code == 202, begun.text
        again = await client.post("/api/v1/analysis/common/questions", json=asked)
        assert again.headers["location"] == begun.headers["location"]
        answer = await client.get(begun.headers["location"], params={"wait": 20})
        direct = await client.post("/api/v1/analysis/common", json=asked)
    view = msgspec.json.decode(answer.content, type=ComparisonView)
    assert (view.state, view.step, view.steps) == (DONE, 2, 3)
    assert answer.json()["answer"] == direct.json()
    assert view.answer.findings[0].value == steel(BAD)


def test_an_organisation_sees_neither_the_questions_of_others_nor_what_is_not_shared(
    planted: Planted, desk: CommonDesk
) -> None:
    mine = desk.ask(of(planted), asking("steelmaker"))
    assert mine != desk.ask(of(planted), OPERATOR)
    with pytest.raises(NotFound):
        desk.look(mine, asking("somebody-else"))
    view = desk.look(mine, asking("steelmaker"), WAIT_S)
    assert view.answer is None or not view.answer.findings, "nothing is shared with it"
    assert desk.look(mine, OPERATOR, WAIT_S).answer.findings[0].value == steel(BAD)


@pytest.fixture
def moving(tmp_path: Path) -> Iterator[tuple[Planted, Clock]]:
    """A hub of its own, to which more comes, and its clock."""
    hub, clock = small_hub(tmp_path / "hub"), Clock()
    made = planted_fault(msgspec.structs.replace(hub, clock=clock), 60)
    yield made, clock
    hub.store.close()


def test_an_answer_is_shown_although_batches_come_all_the_time(moving: tuple[Planted, Clock]) -> None:
    planted, clock = moving
    other = small_agent(planted.hub, "other.line-1", "other-plant")
    desk = CommonDesk(planted.hub, AuditDesk(planted.hub))
    asked = desk.ask(of(planted), OPERATOR)

    def look(wait_s: float = 0.0) -> ComparisonView:
        ingest(planted.hub, other.seal(other.result(f"X-{other.next_record}", 0)), compressed=False)
        return desk.look(asked, OPERATOR, wait_s)

    first = look(WAIT_S)
    again = look()
    assert (first.state, again.state) == (DONE, DONE)
    assert again.answer.log_size == first.answer.log_size, "it says by what it was worked out"
    clock.pass_(seconds=61)
    assert look(WAIT_S).answer.log_size > first.answer.log_size


def test_an_answer_goes_with_the_policy_that_it_rests_on(moving: tuple[Planted, Clock]) -> None:
    planted, clock = moving
    small_agent(planted.hub, "other.line-1", "customer")
    desk, customer = CommonDesk(planted.hub, AuditDesk(planted.hub)), asking("customer-company")
    with planted.hub.store.reading() as connection:
        owners = organisations_known(connection) - {customer.organisation}

    def state(kinds: list[DataKind]) -> None:
        for owner in owners:
            form = PolicyForm(owner=owner, partner=customer.organisation, kinds=kinds, by="q7")
            state_policy(planted.hub, form)
        clock.pass_(seconds=1)

    state(list(DataKind))
    asked = desk.ask(of(planted), customer)
    assert desk.look(asked, customer, WAIT_S).answer.suspects.looked_at == len(planted.failed)
    state([])
    view = desk.look(asked, customer, WAIT_S)
    assert view.answer is None or not view.answer.findings


def test_what_fails_says_why_and_is_tried_again(planted: Planted, desk: CommonDesk) -> None:
    lot = desk.ask(CommonQuestion(suspects=Suspects(items=[steel(BAD)])), OPERATOR)
    view = desk.look(lot, OPERATOR, WAIT_S)
    assert (view.state, view.answer) == (FAILED, None)
    assert "is no unit" in view.problem
    assert desk.look(lot, OPERATOR, WAIT_S).state == FAILED


def test_answers_are_kept_up_to_a_number(planted: Planted, desk: CommonDesk) -> None:
    few = [machine(f"M{n}") for n in range(3)]
    ids = [
        desk.ask(CommonQuestion(suspects=Suspects(items=few), findings=n + 1, sample=10), OPERATOR)
        for n in range(KEPT + 5)
    ]
    for identity in ids:
        assert desk.look(identity, OPERATOR, WAIT_S).state == DONE
        assert len(desk._works) <= KEPT
    with planted.hub.store.reading() as connection:
        assert set(ids) <= set(connection.execute(select(common_question.c.id)).scalars())


async def test_the_page_takes_serials_and_leads_to_the_recall(planted: Planted) -> None:
    site = create_site(planted.hub)
    transport = httpx.ASGITransport(site)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", headers=HTML) as reader:
        names = "; ".join(item.rsplit("/", 1)[1] for item in planted.failed)
        answer = await reader.post("/common", data={"names": names, "without": "OP20"})
        assert answer.status_code == 303, answer.text
        path = answer.headers["location"]
        site.state.comparisons.look(path.rsplit("/", 1)[1], OPERATOR, WAIT_S)
        page = (await reader.get(path)).text
        assert f"Lot: {BAD}" in page
        assert "The others are all units of the same part" in page
        assert "exactly this" in page
        question = unescape(re.search(r'name="question" value="([^"]+)"', page)[1])
        assert steel(BAD) in question
        recall = await reader.post("/recalls", data={"question": question})
        assert urlsplit(recall.headers["location"]).path.startswith("/recalls/")
        assert (await reader.get(f"{path}?table=findings&format=csv")).text.count("\n") > 5
        chinese = await reader.get(path, headers={"Accept-Language": "zh-CN"})
        assert f"批次: {BAD}" in chinese.text


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"names": "NONE, <i>x</i>"}, "Not known here"),
        ({"names": ""}, "name the units in one way"),
        ({"names": "M1", "operation": "OP20"}, "name the units in one way"),
        ({"operation": "OP20", "begin": "yesterday"}, "is no time"),
        ({"names": " ".join(f"X{n}" for n in range(2001))}, "2001 names"),
    ],
)
async def test_what_names_no_units_is_said_on_the_form(planted: Planted, fields: dict[str, str], said: str) -> None:
    transport = httpx.ASGITransport(create_site(planted.hub))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", headers=HTML) as reader:
        answer = await reader.post("/common", data=fields)
    assert answer.status_code == 200
    assert said in answer.text
    assert "<i>x" not in answer.text
