"""What a recall asks, as it is sent and as it is kept."""

from decimal import Decimal
from typing import Annotated

from pydantic import AwareDatetime, Field, model_validator

from hub.entry.forms import Form, Key
from hub.errors import EntryRefused
from hub.store.trace.recalls import MadeBy, Measured, Passed

ItemName = Annotated[str, Field(min_length=1, max_length=400)]
PlantsName = Annotated[str, Field(min_length=1, max_length=200)]
"""What a plant calls a tool or a recipe, as its stations report it."""
MOST_NAMED = 100_000


class PassedSeed(Form):
    """Units that passed a station (work cell), an operation, a plant, in a time ``[begin, end)``; at least one."""

    plant: Key | None = None
    work_cell: Key | None = None
    operation: Key | None = None
    begin: AwareDatetime | None = None
    end: AwareDatetime | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "PassedSeed":
        if self.plant is None and self.work_cell is None and self.operation is None:
            raise ValueError("name a plant, a work_cell or an operation")
        return self

    def wanted(self) -> Passed:
        """In the store's terms."""
        return Passed(**self.model_dump())


class MeasuredSeed(Form):
    """Units with a value below ``low`` or above ``high``; a value on a limit is within."""

    characteristic: Key
    low: Annotated[Decimal, Field(allow_inf_nan=False, max_digits=18, decimal_places=12)] | None = None
    high: Annotated[Decimal, Field(allow_inf_nan=False, max_digits=18, decimal_places=12)] | None = None
    uom: Annotated[str, Field(max_length=20)]
    plant: Key | None = None
    begin: AwareDatetime | None = None
    end: AwareDatetime | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "MeasuredSeed":
        if self.low is None and self.high is None:
            raise ValueError("give low, high or both")
        return self

    def wanted(self) -> Measured:
        """In the store's terms: both limits in one scale of whole numbers."""
        decimals = max(_places(limit) for limit in (self.low, self.high) if limit is not None)
        low, high = (None if limit is None else int(limit.scaleb(decimals)) for limit in (self.low, self.high))
        rest = self.model_dump(exclude={"low", "high"})
        return Measured(low=low, high=high, decimals=decimals, **rest)


class ToolSeed(Form):
    """Units made with a tool (nest, cavity, program), at one plant, work cell or operation or anywhere."""

    tool: PlantsName
    plant: Key | None = None
    work_cell: Key | None = None
    operation: Key | None = None
    begin: AwareDatetime | None = None
    end: AwareDatetime | None = None

    def wanted(self) -> MadeBy:
        """In the store's terms."""
        return MadeBy(**self.model_dump())


class RecipeSeed(Form):
    """Units made by a recipe, of one ``version`` or of any, at one plant, work cell or operation or anywhere."""

    recipe: PlantsName
    version: PlantsName | None = None
    plant: Key | None = None
    work_cell: Key | None = None
    operation: Key | None = None
    begin: AwareDatetime | None = None
    end: AwareDatetime | None = None

    def wanted(self) -> MadeBy:
        """In the store's terms."""
        return MadeBy(**self.model_dump())


class Question(Form):
    """Seeds of all kinds together, and the two times; ``limit`` bounds the items, ``depth`` the levels."""

    items: Annotated[list[ItemName], Field(max_length=MOST_NAMED)] = Field(default_factory=list)
    """Lots and serials: Digital Links, EPC URNs, private identities, other systems' names."""
    parts: Annotated[list[ItemName], Field(max_length=100)] = Field(default_factory=list)
    passed: Annotated[list[PassedSeed], Field(max_length=100)] = Field(default_factory=list)
    measured: Annotated[list[MeasuredSeed], Field(max_length=100)] = Field(default_factory=list)
    tools: Annotated[list[ToolSeed], Field(max_length=100)] = Field(default_factory=list)
    recipes: Annotated[list[RecipeSeed], Field(max_length=100)] = Field(default_factory=list)
    as_of: AwareDatetime | None = None
    known_at: AwareDatetime | None = None
    limit: Annotated[int, Field(ge=1, le=20_000_000)] = 10_000_000
    depth: Annotated[int, Field(ge=1, le=20)] = 20

    def check(self) -> None:
        """``EntryRefused`` when there is nothing to begin with."""
        if not (self.items or self.parts or self.passed or self.measured or self.tools or self.recipes):
            raise EntryRefused(
                "the question names nothing to begin with",
                where="recall",
                advice="give items, parts, passed, measured, tools or recipes",
            )


def _places(limit: Decimal) -> int:
    exponent = limit.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
