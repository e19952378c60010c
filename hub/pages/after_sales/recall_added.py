"""What the forms of a recall's question add to it: one seed at a time, read from the address."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, ConfigDict, ValidationError

from hub.entry.forms import Form
from hub.errors import EntryRefused
from hub.recall.question import MeasuredSeed, PassedSeed, Question, RecipeSeed, ToolSeed
from hub.search.named import Resolved


class Added(BaseModel):
    """What the forms of the page add to the question; empty: nothing of the kind."""

    model_config = ConfigDict(str_strip_whitespace=True)

    names: Annotated[str, Query(max_length=20_000)] = ""
    tool: Annotated[str, Query(max_length=200)] = ""
    recipe: Annotated[str, Query(max_length=200)] = ""
    version: Annotated[str, Query(max_length=200)] = ""
    plant: Annotated[str, Query(max_length=200)] = ""
    operation: Annotated[str, Query(max_length=200)] = ""
    work_cell: Annotated[str, Query(max_length=200)] = ""
    begin: Annotated[str, Query(max_length=40)] = ""
    end: Annotated[str, Query(max_length=40)] = ""
    characteristic: Annotated[str, Query(max_length=200)] = ""
    low: Annotated[str, Query(max_length=40)] = ""
    high: Annotated[str, Query(max_length=40)] = ""
    uom: Annotated[str, Query(max_length=20)] = ""

    @property
    def anything(self) -> bool:
        """Whether a form was sent."""
        return any(getattr(self, name) for name in type(self).model_fields)

    def to(self, question: Question, found: Resolved) -> Question:
        """The question with one seed more of each kind that was filled in; ``EntryRefused`` says what can't be read."""
        try:
            seeds = self._seeds()
        except ValidationError as error:
            raise EntryRefused(str(error.errors()[0]["msg"]), where="seed", advice="fill in the rest of it") from None
        items = [*question.items, *(item for item in found.items if item not in question.items)]
        more = {kind: [*getattr(question, kind), *added] for kind, added in seeds.items()}
        return question.model_copy(update={"items": items, **more})

    def _seeds(self) -> dict[str, list[Form]]:
        where: dict[str, Any] = {
            "plant": self.plant or None,
            "begin": read_time(self.begin),
            "end": read_time(self.end),
        }
        place = where | {"operation": self.operation or None, "work_cell": self.work_cell or None}
        found: dict[str, list[Form]] = {}
        if self.tool:
            found["tools"] = [ToolSeed(tool=self.tool, **place)]
        if self.recipe:
            found["recipes"] = [RecipeSeed(recipe=self.recipe, version=self.version or None, **place)]
        if self.characteristic:
            limits: dict[str, Any] = {"low": _number(self.low), "high": _number(self.high)}
            found["measured"] = [MeasuredSeed(characteristic=self.characteristic, uom=self.uom, **limits, **where)]
        if not found and not self.names:
            found["passed"] = [PassedSeed(**place)]
        return found


def read_time(text: str) -> datetime | None:
    """A time as forms send it; without a zone it is UTC."""
    if not text.strip():
        return None
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise EntryRefused(f"{text[:40]!r} is no time", where="time", advice="like 2026-03-31T08:00") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text.strip()) if text.strip() else None
    except ArithmeticError:
        raise EntryRefused(f"{text[:40]!r} is no number", where="limit", advice="like 2.31") from None
