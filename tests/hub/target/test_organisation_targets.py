"""Targets of a company that its plants carry: made of their figures, against their targets, told once when missed."""

from collections.abc import AsyncIterator
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from page_weight import trail_of
from small_chain import HOUSING, Line, housing_plan, line_of
from small_hub import START, admin_of, client_of, projection_of

from hub.accounts.asker import OPERATOR, Asker, Scope
from hub.accounts.tokens import make_token
from hub.entry.master import add_plant
from hub.metric.figure import Counted, MetricFigure, Moments, Money
from hub.pages.site import create_site
from hub.parts import Hub
from hub.projection.rebuild import rebuild
from hub.store.mail.subscriptions import due_messages
from hub.subscription.subscribe import Channel, SubscriptionForm, subscribe
from hub.target.add_up import Sum
from hub.target.over_plants import check_plants, over_plants
from hub.target.watch import Watch
from traceability.record.indicator import Direction, TargetRecord
from traceability.record.metric import MetricName, MetricReference
from traceability.unit import Verdict

COMPANY = "supplier-company"
BASE = f"/api/v1/organisations/{COMPANY}/targets"
WHOLE = {"id": "group", "metric": "first-pass-yield", "operation": "OP10", "direction": "higher", "value": "0.9",
         "first": "2026-01-01", "owner": "q1", "entered_by": "q1"}  # fmt: skip
BORE = WHOLE | {"id": "bore", "value": "0.95", "parent": "group"}
DAY = date(2026, 3, 1)


def figure(metric: MetricName, plant: str, exact: Fraction | None, **told: Any) -> MetricFigure:
    return MetricFigure(reference=MetricReference(metric=metric, plant=plant), first=DAY, last=DAY, exact=exact, **told)


def whole(metric: MetricName) -> MetricReference:
    return MetricReference(metric=metric, plant="acme")


@given(st.lists(st.tuples(st.integers(0, 1000), st.integers(1, 1000)), min_size=1, max_size=5))
def test_shares_are_weighted_by_what_they_are_counted_over(pairs: list[tuple[int, int]]) -> None:
    counts = [(min(k, n), n) for k, n in pairs]
    metric = MetricName.FIRST_PASS_YIELD
    figures = [
        figure(metric, f"p{place}", Fraction(k, n), n=n, basis=Counted(k=k, n=n)) for place, (k, n) in enumerate(counts)
    ]
    made = over_plants(whole(metric), figures)
    assert made.exact == Fraction(sum(k for k, _ in counts), sum(n for _, n in counts))
    assert (made.n, made.fit, made.reference.plant) == (sum(n for _, n in counts), True, "acme")
    assert min(one.exact or 0 for one in figures) <= made.exact <= max(one.exact or 0 for one in figures)


def test_money_is_added_and_rates_are_weighted_by_output() -> None:
    def money(metric: MetricName, plant: str, amount: int, over: int | None, currency: str = "CNY") -> MetricFigure:
        basis = Money(amount=Decimal(amount), currency=currency, over=None if over is None else Decimal(over))
        return figure(metric, plant, Fraction(amount, over or 1), basis=basis)

    costs = [money(MetricName.QUALITY_COST, "a", 100, None), money(MetricName.QUALITY_COST, "b", 50, None)]
    assert over_plants(whole(MetricName.QUALITY_COST), costs).exact == 150
    rates = [money(MetricName.LOSS_RATE, "a", 10, 1000), money(MetricName.LOSS_RATE, "b", 90, 3000)]
    assert over_plants(whole(MetricName.LOSS_RATE), rates).exact == Fraction(100, 4000)
    mixed = [costs[0], money(MetricName.QUALITY_COST, "b", 50, None, "EUR")]
    assert over_plants(whole(MetricName.QUALITY_COST), mixed).why_zh == "各工厂币种不同"


def test_the_lowest_speaks_for_a_rolled_yield_and_a_capability() -> None:
    for metric in (MetricName.ROLLED_YIELD, MetricName.CAPABILITY):
        figures = [figure(metric, "a", Fraction(9, 10), n=5), figure(metric, "b", Fraction(8, 10), n=7)]
        made = over_plants(whole(metric), figures)
        assert (made.exact, made.n) == (Fraction(8, 10), 12)


def test_means_are_weighted_by_their_values() -> None:
    metric = MetricName.CHARACTERISTIC_MEAN
    values = {"a": [1.0, 2.0, 3.0], "b": [5.0]}
    figures = [
        figure(metric, "a", Fraction(2), n=3, basis=Moments(n=3, mean=2.0, sd=1.0, uom="mm")),
        figure(metric, "b", Fraction(5), n=1, basis=Moments(n=1, mean=5.0, sd=None, uom="mm")),
    ]
    made = over_plants(whole(metric), figures)
    every = sorted(value for several in values.values() for value in several)
    assert made.exact == Fraction(11, 4)
    assert isinstance(made.basis, Moments)
    variance = sum((value - 2.75) ** 2 for value in every) / 3
    assert made.basis.sd == pytest.approx(variance**0.5)


def test_a_plant_of_which_nothing_is_known_is_named_and_keeps_it_from_being_met() -> None:
    metric = MetricName.FIRST_PASS_YIELD
    made = over_plants(whole(metric), [
        figure(metric, "a", Fraction(1), n=9, basis=Counted(k=9, n=9)), figure(metric, "b", None, why="no result"),
    ])  # fmt: skip
    assert (made.exact, made.fit, made.why) == (1, False, "nothing can be told of b")


@pytest.mark.parametrize(
    ("metric", "direction", "asked", "parts", "verdict"),
    [
        (MetricName.QUALITY_COST, Direction.LOWER, "100", {"a": "60", "b": "40"}, Sum.ADDS_UP),
        (MetricName.QUALITY_COST, Direction.LOWER, "100", {"a": "60", "b": "50"}, Sum.FALLS_SHORT),
        (MetricName.QUALITY_COST, Direction.LOWER, "100", {"a": "60"}, Sum.DEPENDS),
        (MetricName.ROLLED_YIELD, Direction.HIGHER, "0.9", {"a": "0.9", "b": "0.95"}, Sum.ADDS_UP),
        (MetricName.ROLLED_YIELD, Direction.HIGHER, "0.9", {"a": "0.85", "b": "0.99"}, Sum.FALLS_SHORT),
        (MetricName.LOSS_RATE, Direction.LOWER, "0.02", {"a": "0.02", "b": "0.01"}, Sum.ADDS_UP),
        (MetricName.LOSS_RATE, Direction.LOWER, "0.02", {"a": "0.03", "b": "0.01"}, Sum.DEPENDS),
        (MetricName.LOSS_RATE, Direction.LOWER, "0.02", {"a": "0.03", "b": "0.04"}, Sum.FALLS_SHORT),
    ],
)
def test_targets_of_plants_against_the_whole(
    metric: MetricName, direction: Direction, asked: str, parts: dict[str, str], verdict: Sum
) -> None:
    def target(plant: str, value: str) -> TargetRecord:
        currency = "CNY" if metric is MetricName.QUALITY_COST else ""
        return TargetRecord(
            id="t", plant=plant, reference=MetricReference(metric=metric, plant=plant), direction=direction,
            value=value, currency=currency, first=DAY, owner="q", entered_by="q", seq=1, event_time=START,
            salt="0" * 32,
        )  # fmt: skip

    found = check_plants(target("acme", asked), [target(plant, value) for plant, value in parts.items()], ["a", "b"])
    assert found.verdict is verdict
    assert found.missing == (() if len(parts) == 2 else ("b",))


@pytest.fixture
def line(hub: Hub) -> Line:
    return line_of(hub, "supplier.line-1", "supplier", HOUSING, housing_plan())


@pytest.fixture
def other(hub: Hub, line: Line) -> Line:
    """A second plant of the same company."""
    made = line_of(hub, "second.line-1", "second", HOUSING, housing_plan("second"))
    add_plant(hub, "second", organisation=COMPANY, name="Second")
    return made


@pytest.fixture
async def client(hub: Hub, line: Line, other: Line) -> AsyncIterator[httpx.AsyncClient]:
    line.send()
    other.send()
    async with client_of(hub) as made:
        made.headers.update(admin_of(hub))
        yield made


def make(line: Line, good: int, bad: int) -> None:
    for number in range(good + bad):
        verdict = Verdict.OK if number < good else Verdict.NOT_OK
        line.result(f"{line.agent.author}-{number}", verdict=verdict, event_time=START - timedelta(days=5))
    line.send()


async def entered(client: httpx.AsyncClient, path: str, form: dict[str, Any]) -> None:
    answer = await client.post(path, json=form)
    assert answer.status_code == 201, answer.text


async def shown(client: httpx.AsyncClient) -> dict[str, Any]:
    answer = await client.get(BASE)
    assert answer.status_code == 200, answer.text
    (one,) = answer.json()["targets"]
    return dict(one)


@pytest.mark.every_store
async def test_a_company_target_is_measured_over_its_plants(
    hub: Hub, line: Line, other: Line, client: httpx.AsyncClient
) -> None:
    await entered(client, BASE, WHOLE)
    make(line, 95, 5)
    assert ((await shown(client))["status"], (await shown(client))["why"]) == (
        "cannot-tell", "nothing can be told of second",
    )  # fmt: skip
    make(other, 30, 20)
    one = await shown(client)
    assert (one["status"], one["figure"]["k"], one["figure"]["n"]) == ("missed", 125, 150)
    assert {part["plant"]["id"]: part["figure"]["k"] for part in one["plants"]} == {"supplier": 95, "second": 30}
    assert one["check"] is None
    await entered(client, "/api/v1/plants/supplier/targets", BORE)
    check = (await shown(client))["check"]
    assert (check["verdict"], check["missing"]) == ("depends", ["second"])
    await entered(client, "/api/v1/plants/second/targets", BORE | {"id": "bore-2"})
    assert (await shown(client))["check"]["verdict"] == "adds-up"
    before = projection_of(hub)
    rebuild(hub)
    assert projection_of(hub) == before


async def test_what_cannot_be_a_part_and_what_has_parts(client: httpx.AsyncClient) -> None:
    await entered(client, BASE, WHOLE)
    plant = "/api/v1/plants/supplier/targets"
    for form, said in (
        (BORE | {"operation": "OP20"}, "not within"),
        (BORE | {"id": "group", "parent": ""}, "is called so"),
        (BORE | {"parent": "nothing"}, "there is no target"),
    ):
        answer = await client.post(plant, json=form)
        assert (answer.status_code, said in answer.text) == (422, True), answer.text
    await entered(client, plant, BORE)
    reason = {"reason": "over", "entered_by": "q1"}
    assert (await client.post(f"{BASE}/group/withdrawal", json=reason)).status_code == 422
    assert (await client.post(BASE, json=WHOLE | {"operation": "OP20"})).status_code == 422
    assert (await client.post(BASE, json=WHOLE | {"id": "bore"})).status_code == 422
    await entered(client, f"{plant}/bore/withdrawal", reason)
    await entered(client, f"{BASE}/group/withdrawal", reason)
    assert (await client.get(BASE)).json()["targets"] == []
    history = (await client.get(f"{BASE}/group")).json()
    assert [one["withdrawn"] for one in history["statements"]] == [True, False]


async def test_a_missed_one_is_told_once_to_those_who_see_all_plants(
    hub: Hub, line: Line, other: Line, client: httpx.AsyncClient
) -> None:
    company = Asker(organisation=COMPANY, admin=True)
    for asker, plants in ((OPERATOR, []), (company, []), (company, ["supplier"])):
        form = SubscriptionForm(channel=Channel.MAIL, address="q@example.org", plants=plants)
        subscribe(hub, asker, form)
    await entered(client, BASE, WHOLE)
    make(line, 8, 2)
    make(other, 8, 2)
    watch = Watch(hub)
    assert watch.round() == 1
    assert (watch.round(), Watch(hub).round()) == (0, 0)
    with hub.store.reading() as connection:
        messages = due_messages(connection, 2**60, 100)
    assert len(messages) == 2
    assert all(f"missed: {COMPANY}" in one.subject and "0.8" in one.body for one in messages)
    status = await shown(client)
    assert (status["status"], status["since"] is not None) == ("missed", True)


async def test_only_the_company_and_the_operator_see_it(hub: Hub, line: Line, client: httpx.AsyncClient) -> None:
    line_of(hub, "oem.line-1", "oem", HOUSING, None).send()
    await entered(client, BASE, WHOLE)
    tokens = {
        name: make_token(hub, name, [Scope.READ], valid=timedelta(days=1), note="t").text
        for name in (COMPANY, "oem-company")
    }
    app = create_site(hub, open_pages=True)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as asked:
        seen = {}
        for name, token in tokens.items():
            headers = {"Authorization": f"Bearer {token}"}
            page = await asked.get(f"/organisations/{COMPANY}/targets", headers=headers | {"Accept": "text/html"})
            seen[name] = [(await asked.get(path, headers=headers)).status_code for path in (BASE, f"{BASE}/group")]
            seen[name].append(page.status_code)
        chinese = await asked.get(f"/organisations/{COMPANY}/targets?target=group", headers={"Accept-Language": "zh"})
    assert seen == {COMPANY: [200, 200, 200], "oem-company": [404, 404, 404]}
    assert "全部工厂的质量目标" in chinese.text
    assert "以下工厂无数据" in chinese.text
    trail = trail_of(chinese.text)
    assert (len(trail), trail[0], trail[-1]) == (3, "供应链", "全部工厂的目标")
