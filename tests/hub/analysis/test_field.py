"""Field quality through the hub: claims entered, lives by component lot, forecasts with their back-tests, reminders."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from fielded import GOOD_LOTS, PART, WEAK_LOT, bearing, made_and_shipped, shipments
from small_chain import machine
from small_hub import START, admin_of, client_of, small_hub

from hub.parts import Hub
from hub.projection.rebuild import rebuild

FAILURES = "/api/v1/plants/oem/field-failures"
Told = dict[str, tuple[date, date | None, str]]


@pytest.fixture(scope="module")
def field(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Hub, Told]]:
    """400 machines; claims are not entered yet."""
    hub = small_hub(tmp_path_factory.mktemp("field") / "hub")
    yield hub, made_and_shipped(hub, 400)
    hub.store.close()


async def got(hub: Hub, path: str, **query: Any) -> dict[str, Any]:
    async with client_of(hub) as client:
        answer = await client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def posted(hub: Hub, path: str, form: Any, status: int = 201) -> dict[str, Any]:
    async with client_of(hub) as client:
        answer = await client.post(path, json=form, headers=admin_of(hub))
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_without_failures_there_is_no_model_and_it_says_so(field: tuple[Hub, Told]) -> None:
    hub, told = field
    view = await got(hub, "/api/v1/analysis/field", part=PART)
    assert (view["units"], view["failed"], view["shipped"]) == (len(told), 0, 0)
    assert view["model"]["reason"] == "not-enough-data"
    assert view["model"]["shape"] is None
    assert view["lots"] == []
    assert [each["forecast"] for each in view["forecasts"]] == [None, None, None]
    assert {each["better_than_baseline"] for each in view["forecasts"]} == {None}
    given = await got(hub, "/api/v1/analysis/field", part=PART, shape=2)
    assert given["model"]["scale"]["high"] is None
    assert given["model"]["scale"]["low"] > 0
    assert given["model"]["shape_given"]
    assert given["forecasts"][0]["forecast"]["low"] == 0


async def test_the_weak_lot_lasts_less_long(field: tuple[Hub, Told]) -> None:
    hub, told = field
    for form in shipments(told):
        await posted(hub, "/api/v1/shipments", form)
    claims = [
        {"id": f"claim-{number}", "unit": unit, "failed_on": str(failed), "mode": "noise", "component": bearing(lot)}
        for number, (unit, (_, failed, lot)) in enumerate(told.items())
        if failed
    ]
    await posted(hub, FAILURES, {"failures": claims, "entered_by": "u-1"})
    view = await got(hub, "/api/v1/analysis/field", part=PART)
    assert (view["failed"], view["shipped"], view["unknown"], view["impossible"]) == (len(claims), len(told), 0, 0)
    assert sum(sum(cohort["failures"]) for cohort in view["triangle"]) == len(claims)
    assert sum(cohort["units"] for cohort in view["triangle"]) == len(told)
    first, *others = view["lots"]
    assert first["lot"]["name"] == WEAK_LOT
    assert first["model"]["shape"]["low"] < 3.0 < first["model"]["shape"]["high"]
    assert first["model"]["scale"]["low"] < 330.0 < first["model"]["scale"]["high"]
    assert {each["lot"]["name"] for each in others} <= set(GOOD_LOTS)
    for other in others:
        assert other["failed_share"] < first["failed_share"] / 2
        assert (other["model"]["shape"] is None) == (other["model"]["failures"] < 5)
    tested = [each["back_test"] for each in view["forecasts"]]
    assert tested[0]["tests"]
    assert view["forecasts"][0]["better_than_baseline"] in (True, False)
    for each in view["forecasts"]:
        assert each["forecast"]["low"] <= each["forecast"]["expected"] <= each["forecast"]["high"]
    ahead = [each["forecast"]["expected"] for each in view["forecasts"]]
    assert ahead == sorted(ahead)


async def test_claims_that_cannot_be_placed_are_counted(field: tuple[Hub, Told]) -> None:
    hub, told = field
    before = await got(hub, "/api/v1/analysis/field", part=PART)
    early = str(told[machine("M0")][0] - timedelta(days=30))
    claims = [
        {"unit": machine("nobody-made-it"), "failed_on": "2026-02-01"},
        {"unit": machine("M0"), "failed_on": early},
    ]
    await posted(hub, FAILURES, {"failures": claims, "entered_by": "u-1"})
    view = await got(hub, "/api/v1/analysis/field", part=PART)
    assert (view["unknown"], view["impossible"], view["failed"]) == (1, 1, before["failed"])


async def test_reminders_by_days_and_then_by_usage(field: tuple[Hub, Told]) -> None:
    hub, told = field
    view = await got(hub, "/api/v1/analysis/reminders", part=PART, lead_days=30, limit=5)
    assert view["uom"] == "d"
    assert len(view["reminders"]) == 5 <= view["due"]
    dues = [each["due"] for each in view["reminders"]]
    assert dues == sorted(dues)
    assert view["tested"]["origins"] == view["baseline"]["origins"] > 0
    assert view["tested"]["hits"] + view["tested"]["false_alarms"] == view["tested"]["reminded"]
    readings = [
        {"unit": unit, "read_on": str(failed or START.date()), "used": (((failed or START.date()) - at).days) * 10}
        | {"uom": "h"}
        for unit, (at, failed, _) in told.items()
        if unit != machine("M1")
    ]
    await posted(hub, "/api/v1/plants/oem/field-usage", {"readings": readings, "entered_by": "u-1"})
    hours = await got(hub, "/api/v1/analysis/reminders", part=PART, lead_days=30, limit=5)
    assert hours["uom"] == "h"
    assert hours["limit"] == pytest.approx(10 * view["limit"], rel=0.02)
    assert hours["without_usage"] == (told[machine("M1")][1] is None)


async def test_claims_from_a_file(field: tuple[Hub, Told]) -> None:
    hub, told = field
    path = f"{FAILURES}/file?entered_by=u-1"
    unit = next(unit for unit, (_, failed, _) in told.items() if failed is None)
    table = f"索赔单号,产品,日期,故障现象,里程,计量单位\nK-1,{unit},2026/2/27,异响,1200,km\n"
    async with client_of(hub) as client:

        async def sent(text: str, more: str = "") -> Any:
            headers = admin_of(hub) | {"Content-Type": "text/csv"}
            return await client.post(path + more, content=text.encode("gb18030"), headers=headers)

        dry = (await sent(table, "&dry_run=true")).json()
        assert (dry["rows"], dry["problems"], dry["log_index"], dry["encoding"]) == (1, [], None, "gb18030")
        assert (await sent(table)).json()["log_index"] > 0
        again = await sent(table)
        assert again.status_code == 422
        assert "entered already" in again.json()["detail"]
        bad = await sent("unit,date,used\nwhat,2026-13-01,many\n", "&dry_run=true")
        assert {(each["row"], each["column"]) for each in bad.json()["problems"]} == {
            (2, "unit"),
            (2, "date"),
            (2, "used"),
        }
        listed = (await client.get(FAILURES, params={"limit": 1})).json()
    assert (listed["failures"][0]["id"], listed["failures"][0]["mode"], listed["failures"][0]["used"]) == (
        "K-1",
        "异响",
        "1200",
    )


@pytest.mark.parametrize(
    ("form", "word"),
    [
        ({"unit": bearing("B7"), "failed_on": "2026-01-01"}, "lot"),
        ({"unit": machine("M0"), "failed_on": "2026-12-01"}, "yet to come"),
        ({"unit": machine("M0"), "failed_on": "2026-01-01", "used": 3}, "together"),
        ({"unit": "M0", "failed_on": "2026-01-01"}, "unit"),
    ],
)
async def test_claims_that_are_refused(field: tuple[Hub, Told], form: dict, word: str) -> None:
    answer = await posted(field[0], FAILURES, {"failures": [form], "entered_by": "u-1"}, status=422)
    assert word in answer["detail"]


async def test_questions_that_name_nothing(field: tuple[Hub, Told]) -> None:
    async with client_of(field[0]) as client:
        for part, word in ((bearing("B7").rsplit("/10/")[0], "no unit of this part"), ("what", "part")):
            answer = await client.get("/api/v1/analysis/field", params={"part": part})
            assert answer.status_code == 422
            assert word in answer.json()["detail"]


async def test_rebuild_makes_the_claims_again(field: tuple[Hub, Told]) -> None:
    hub, _ = field
    before = await got(hub, FAILURES)
    assert before["total"] > 20
    rebuild(hub)
    assert await got(hub, FAILURES) == before
