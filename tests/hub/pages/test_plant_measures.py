"""D2 as measured and losses year on year stand on the plant page in both languages."""

from datetime import date
from decimal import Decimal

import httpx
import pytest
from small_chain import HOUSING, housing_plan, line_of

from hub.entry.economics import enter_assessment, enter_loss, enter_output_value
from hub.pages.site import create_site
from hub.parts import Hub
from traceability.quality.loss import CostItem
from traceability.quality.questionnaire import Dimension
from traceability.quality.questionnaire_items import ITEMS
from traceability.record.economics import Answer, ItemState


@pytest.fixture
def plant(hub: Hub) -> Hub:
    """One of two operations has data, no key characteristic has values, the questionnaire claims L4."""
    line = line_of(hub, "supplier.line-1", "supplier", HOUSING, housing_plan())
    line.result("H1")
    line.send()
    answers = [
        Answer(item=item.id, state=ItemState.SATISFIED, evidence="document 7")
        for item in ITEMS.values()
        if item.dimension is Dimension.DIGITAL
    ]
    enter_assessment(hub, "supplier", dimension=Dimension.DIGITAL, answers=answers, entered_by="q1")
    return hub


def year(hub: Hub, number: int, loss: str) -> None:
    output = {"amount": Decimal(10_000), "currency": "CNY", "evidence": "report", "entered_by": "q1"}
    enter_output_value(hub, "supplier", year=number, **output)
    for item in (CostItem.SCRAP, CostItem.CLAIM):
        enter_loss(hub, "supplier", item=item, accrued_on=date(number, 6, 1), **(output | {"amount": Decimal(loss)}))


async def page(hub: Hub, language: str) -> str:
    site = httpx.ASGITransport(create_site(hub))
    async with httpx.AsyncClient(transport=site, base_url="http://127.0.0.1") as client:
        answer = await client.get("/plants/supplier", headers={"Accept": "text/html", "Accept-Language": language})
    return " ".join(answer.text.split())


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("en", ("Inspection</strong>", "the answers claim more than the data show", "Operations with data: 1 of 2",
                "Key operations with values of every key characteristic: 0 of 1", "no production calendar is known")),
        ("zh-CN", ("检验级</strong>", "问卷所答高于数据所示", "有数据的工序：2 道中 1 道",
                   "关键特性全部有测量值的关键工序：1 道中 0 道", "有记录的生产日：无生产日历")),
    ],
)  # fmt: skip
async def test_d2_is_shown_as_measured_beside_what_is_claimed(
    plant: Hub, language: str, shown: tuple[str, ...]
) -> None:
    found = await page(plant, language)
    assert [text for text in shown if text not in found] == []


@pytest.mark.parametrize(
    ("losses", "english", "chinese"),
    [
        (("100", "50"), "the fall by 10 % a year is reached", "逐年下降 10 % 已达到"),
        (("100", "95"), "the fall by 10 % a year is missed", "逐年下降 10 % 未达到"),
        ((None, "95"), "over two complete years is not known", "缺少两个完整年度的质量损失率"),
    ],
)
async def test_losses_stand_beside_those_of_the_year_before(plant: Hub, losses, english: str, chinese: str) -> None:
    for number, loss in zip((2024, 2025), losses, strict=True):
        if loss is not None:
            year(plant, number, loss)
    found = await page(plant, "en")
    assert english in found
    assert chinese in await page(plant, "zh-CN")
    if losses == ("100", "50"):
        assert "Quality loss rate 1.00 %, in the twelve months before 2.00 %" in found
