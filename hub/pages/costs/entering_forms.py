"""What the forms of the page of cost entries say, as they were typed."""

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated

from pydantic import BaseModel, Field, ValidationError

from hub.cost.enter import enter_cost
from hub.cost.forms import CostForm
from hub.errors import EntryRefused
from hub.parts import Hub

_Short = Annotated[str, Field(max_length=200)]
_TEXTS = ("activity", "currency", "evidence", "part", "operation", "supplier", "cause", "driver")


class TypedCost(BaseModel):
    """One cost."""

    activity: _Short
    amount: Annotated[str, Field(max_length=60)]
    currency: Annotated[str, Field(max_length=10)] = "CNY"
    accrued_on: Annotated[str, Field(max_length=10)]
    accrued_until: Annotated[str, Field(max_length=10)] = ""
    evidence: Annotated[str, Field(max_length=2000)] = ""
    part: Annotated[str, Field(max_length=400)] = ""
    operation: _Short = ""
    supplier: _Short = ""
    cause: _Short = ""
    driver: _Short = ""
    csrf: str = ""


class TypedReversal(BaseModel):
    """Which entry counts no more, and why."""

    id: Annotated[str, Field(min_length=1, max_length=200)]
    reason: Annotated[str, Field(min_length=1, max_length=2000)]
    csrf: str = ""


def enter_typed(hub: Hub, plant: str, form: TypedCost, by: str) -> None:
    """``EntryRefused`` for what no entry can say."""
    words = {name: getattr(form, name).strip() for name in _TEXTS}
    last = _day(form.accrued_until, "accrued_until") if form.accrued_until.strip() else None
    days = {"accrued_on": _day(form.accrued_on, "accrued_on"), "accrued_until": last}
    given = {"amount": _amount(form.amount), "entered_by": by}
    try:
        cost = CostForm.model_validate(words | days | given)
    except ValidationError as error:
        first = error.errors()[0]
        where = " ".join(map(str, first["loc"]))
        raise EntryRefused(first["msg"], where=where, advice="correct the entry") from None
    enter_cost(hub, plant, cost)


def _amount(text: str) -> Decimal:
    try:
        return Decimal(text.strip().replace(",", "").replace("\N{FULLWIDTH COMMA}", ""))
    except InvalidOperation:
        raise EntryRefused(
            f"{text[:40]!r} is no amount", where="amount", advice="write digits, as in 1200.50"
        ) from None


def _day(text: str, where: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise EntryRefused(f"{text[:20]!r} is no day", where=where, advice="write it as 2026-03-31") from None
