"""Declared series: defined, stated, taken back, read from files whole or not at all; apart from what is measured."""

import io
from datetime import date, timedelta
from functools import partial
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from small_hub import START, admin_of, client_of, projection_of, small_agent

from hub.accounts.asker import Scope
from hub.accounts.tokens import make_token
from hub.indicator import value_file
from hub.metric.asked import Step, periods_of
from hub.metric.declared import Series, StatedValue, figures_of
from hub.parts import Hub
from hub.projection.rebuild import rebuild
from hub.tabular.limits import TableLimits
from hub.tabular.reading import read_lines
from traceability.quality.window import Window
from traceability.record.indicator import Direction, Frequency, IndicatorRecord, IndicatorValueRecord
from traceability.record.metric import MetricName, MetricReference
from traceability.record.sharing import DataKind

BASE = "/api/v1/plants/plant-a/indicators"
SATISFACTION = {"id": "satisfaction", "name": "Satisfaction", "name_zh": "顾客满意度", "owner": "q7",
                "source": "survey", "frequency": "quarter", "combined": "mean", "entered_by": "q7"}  # fmt: skip
SAMPLING = {"id": "sampling", "name": "State sampling", "name_zh": "抽查合格率", "owner": "q7", "source": "SAMR",
            "share": True, "frequency": "irregular", "entered_by": "q7"}  # fmt: skip


@pytest.fixture
async def client(hub: Hub) -> Any:
    small_agent(hub)
    async with client_of(hub) as made:
        made.headers.update(admin_of(hub))
        for form in (SATISFACTION, SAMPLING):
            assert (await made.post(BASE, json=form)).status_code == 201
        yield made


def stated(first: str, last: str, **what: Any) -> dict[str, Any]:
    return {"first": first, "last": last, "evidence": "report", "entered_by": "q7"} | what


async def put(client: httpx.AsyncClient, indicator: str, first: str, last: str, **what: Any) -> httpx.Response:
    return await client.post(f"{BASE}/{indicator}/values", json=stated(first, last, **what))


async def test_values_are_combined_as_the_definition_says(client: httpx.AsyncClient) -> None:
    assert (await put(client, "satisfaction", "2025-07-01", "2025-09-30", value="81.5")).status_code == 201
    assert (await put(client, "satisfaction", "2025-10-01", "2025-12-31", value="84")).status_code == 201
    await put(client, "sampling", "2025-08-01", "2025-08-31", k=9, n=10)
    await put(client, "sampling", "2025-11-01", "2025-11-30", k=20, n=20)
    found = (await client.get(BASE)).json()
    by_id = {one["id"]: one for one in found["declared"]}
    assert by_id["satisfaction"]["whole"]["value"] == 82.75
    assert (by_id["sampling"]["whole"]["k"], by_id["sampling"]["whole"]["n"]) == (29, 30)
    assert by_id["sampling"]["whole"]["interval"]["low"] < 29 / 30
    assert {one["mark"] for one in found["declared"]} == {"declared"}
    assert {one["mark"] for one in found["measured"]} == {"measured"}
    assert all(one["whole"]["value"] is None and one["whole"]["why"] for one in found["measured"])
    part_of_a_quarter = await client.get(f"{BASE}/satisfaction", params={"begin": "2025-08-01", "end": "2025-12-31"})
    assert part_of_a_quarter.json()["declared"]["whole"]["value"] == 84
    assert "left out" in part_of_a_quarter.json()["declared"]["whole"]["why"]
    metric = await client.get("/api/v1/plants/plant-a/metrics/indicator", params={"indicator": "sampling"})
    assert (metric.json()["whole"]["k"], len(metric.json()["figures"])) == (29, 13)


@pytest.mark.parametrize(
    ("indicator", "what", "says"),
    [
        ("satisfaction", {"k": 1, "n": 2}, "takes a value"),
        ("sampling", {"value": "1"}, "takes k of n"),
        ("sampling", {"k": 3, "n": 2}, "no share"),
        ("sampling", {"k": 0, "n": 0}, "no share"),
        ("satisfaction", {}, "either a value"),
        ("satisfaction", {"value": "1", "last": "2027-01-01"}, "yet to come"),
        ("satisfaction", {"value": "1", "last": "2024-01-01"}, "ends before"),
        ("satisfaction", {"value": "NaN"}, "finite"),
        ("nothing", {"value": "1"}, "defines no indicator"),
    ],
)
async def test_what_cannot_be_is_refused(client: httpx.AsyncClient, indicator: str, what: Any, says: str) -> None:
    answer = await client.post(f"{BASE}/{indicator}/values", json=stated("2026-01-01", "2026-01-31") | what)
    assert answer.status_code in {404, 409, 422}
    assert says in answer.text


async def test_a_value_is_corrected_by_taking_it_back(hub: Hub, client: httpx.AsyncClient) -> None:
    await put(client, "satisfaction", "2025-10-01", "2025-12-31", value="8.4")
    twice = await put(client, "satisfaction", "2025-12-31", "2026-01-31", value="84")
    assert "has a value that counts" in twice.text
    name = (await client.get(f"{BASE}/satisfaction")).json()["values"][0]["id"]
    reversal = {"value": name, "reason": "misplaced point", "entered_by": "q7"}
    assert (await client.post(f"{BASE}/values/reversals", json=reversal)).status_code == 201
    assert "already" in (await client.post(f"{BASE}/values/reversals", json=reversal)).text
    assert (await put(client, "satisfaction", "2025-10-01", "2025-12-31", value="84")).status_code == 201
    values = (await client.get(f"{BASE}/satisfaction")).json()["values"]
    assert [(one["value"], one["reversal_reason"]) for one in values] == [("84", ""), ("8.4", "misplaced point")]
    before = projection_of(hub)
    rebuild(hub)
    assert projection_of(hub) == before
    changed = await client.post(BASE, json=SATISFACTION | {"share": True})
    assert "define another series" in changed.text
    assert (await client.post(BASE, json=SATISFACTION | {"ended": True})).status_code == 201
    assert "has ended" in (await put(client, "satisfaction", "2026-01-01", "2026-01-31", value="1")).text


HEAD = "indicator,first,last,value,k,n,evidence\n"


async def load(client: httpx.AsyncClient, data: bytes, *, dry: bool) -> httpx.Response:
    parameters = {"entered_by": "q7", "dry_run": str(dry).lower()}
    return await client.post(f"{BASE}/values/file", params=parameters, content=data)


async def test_a_file_is_taken_whole_or_not_at_all(client: httpx.AsyncClient) -> None:
    await put(client, "satisfaction", "2025-10-01", "2025-12-31", value="84")
    bad = (
        HEAD
        + "satisfaction,2026-01-01,2026-01-31,85,,,s\n"
        + "satisfaction,2025-12-01,2025-12-31,85,,,s\n"  # has a value
        + "satisfaction,2026-01-15,2026-02-15,85,,,s\n"  # overlaps row 2
        + "sampling,2026-01-01,2026-01-31,,5,4,s\n"
        + "sampling,2026-01-01,2026-01-30,3,,,s\n"
        + "other,2026-01-01,2026-01-31,3,,,s\n"
        + "sampling,2026-02-31,2026-01-31,,1,2,s\n"
    )
    for data in (bad.encode(), bad.encode("gb18030")):
        told = (await load(client, data, dry=True)).json()
        assert [(one["row"], one["column"]) for one in told["problems"]] == [
            (3, "first"), (4, "first"), (5, "k"), (6, "k"), (7, "indicator"), (8, "first"),
        ]  # fmt: skip
        assert (await load(client, data, dry=False)).status_code in {409, 422}
    assert len((await client.get(f"{BASE}/satisfaction")).json()["values"]) == 1
    good = HEAD + "satisfaction,2026-01-01,2026-01-31,85,,,调查\nsampling,2026-01-01,2026-01-31,,5,5,s\n"
    told = (await load(client, good.encode("gb18030"), dry=False)).json()
    assert (told["problems"], told["by_indicator"], bool(told["log_index"])) == (
        [], {"sampling": 1, "satisfaction": 1}, True,
    )  # fmt: skip
    again = (await load(client, good.encode("gb18030"), dry=True)).json()
    assert [one["row"] for one in again["problems"]] == [2, 3]


async def test_too_long_a_file_is_not_read_to_its_end(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(value_file, "read_lines", partial(read_lines, limits=TableLimits(rows=500)))
    day = date(1900, 1, 1)
    rows = "".join(f"satisfaction,{day + timedelta(n)},{day + timedelta(n)},1,,,s\n" for n in range(600))
    told = (await load(client, (HEAD + rows).encode(), dry=True)).json()
    assert (told["rows"], [one["row"] for one in told["problems"]]) == (501, [502])
    assert "500" in told["problems"][0]["text"]["en"]


async def test_usual_series_can_be_defined_as_they_are(client: httpx.AsyncClient) -> None:
    for one in (await client.get(f"{BASE}/usual")).json():
        answer = await client.post(BASE, json=one | {"owner": "q7", "source": "s", "entered_by": "q7"})
        assert answer.status_code == 201, answer.text


async def test_partners_are_told_nothing_that_is_declared(hub: Hub, client: httpx.AsyncClient) -> None:
    await put(client, "satisfaction", "2025-10-01", "2025-12-31", value="84")
    small_agent(hub, "b.line-1", "plant-b")
    policy = {"owner": "plant-a-company", "partner": "plant-b-company", "kinds": [one.value for one in DataKind],
              "items": "all", "by": "q7"}  # fmt: skip
    assert (await client.post("/api/v1/policies", json=policy)).status_code == 201
    own, partner = (
        {"Authorization": f"Bearer {make_token(hub, company, [Scope.READ]).text}"}
        for company in ("plant-a-company", "plant-b-company")
    )
    async with client_of(hub) as reader:
        found = [(await reader.get(BASE, headers=header)).json()["declared"] for header in (own, partner)]
    assert [len(one) for one in found] == [2, 0]


async def test_a_workbook_and_what_goes_out_comes_back(client: httpx.AsyncClient) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["指标", "起始日", "截止日", "数值", "依据"])
    sheet.append(["satisfaction", date(2026, 1, 1), date(2026, 1, 31), 85.25, "s"])
    sheet.append(["satisfaction", date(2026, 2, 1), date(2026, 2, 28), "=1+1", "s"])
    file = io.BytesIO()
    book.save(file)
    told = (await load(client, file.getvalue(), dry=True)).json()
    assert [(one["row"], one["column"]) for one in told["problems"]] == [(3, "value")]
    await put(client, "satisfaction", "2026-01-01", "2026-01-31", value="85.25")
    for form in ("csv", "xlsx"):
        out = await client.get(f"{BASE}/values/file", params={"form": form, "language": "zh"})
        back = (await load(client, out.content, dry=True)).json()
        assert back["rows"] == 1
        assert ["has a value" in one["text"]["en"] for one in back["problems"]] == [True]


STAMP: dict[str, Any] = {"seq": 1, "event_time": START, "salt": "0" * 32, "plant": "p", "entered_by": "q"}
SHARE = IndicatorRecord(
    id="s", name="S", share=True, direction=Direction.HIGHER, frequency=Frequency.WEEK, owner="q", source="s", **STAMP
)


@settings(max_examples=40)
@given(st.dictionaries(st.integers(0, 300), st.tuples(st.integers(0, 40), st.integers(1, 60), st.booleans())))
def test_shares_add_up_over_any_division_whatever_was_taken_back(told: dict[int, tuple[int, int, bool]]) -> None:
    def stated(number: int, k: int, n: int, *, back: bool) -> StatedValue:
        day = date(2025, 1, 1) + timedelta(number)
        value = {"first": day, "last": day, "k": min(k, n), "n": n, "evidence": "e"}
        record = IndicatorValueRecord(id=f"v{number}", indicator="s", **value, **STAMP)
        return StatedValue(record=record, batch_id=1, line=number, reversed_by="r" if back else None)

    values = tuple(stated(number, k, n, back=back) for number, (k, n, back) in sorted(told.items()))
    series = Series(definition=SHARE, values=values)
    reference = MetricReference(metric=MetricName.INDICATOR, plant="p", indicator="s")
    window = Window(date(2025, 1, 1), date(2025, 12, 31))
    (whole,) = figures_of(series, reference, [window])
    counting = [one.record for one in series.counting]
    assert whole.n == sum(one.n or 0 for one in counting)
    assert (whole.exact or 0) * whole.n == sum(one.k or 0 for one in counting)
    for step in Step:
        parts = figures_of(series, reference, periods_of(window.first, window.last, step))
        assert sum(one.n for one in parts) == whole.n
        assert sum((one.exact or 0) * one.n for one in parts) == (whole.exact or 0) * whole.n
