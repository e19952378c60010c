"""``/api/v1/plants/{plant}/design``: what manufacturing and the field say to the designers of a part."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Response

from hub.api.access import UsesHub
from hub.api.answer import documented, json_answer
from hub.api.table_file import TABLE_FILE, Form, Language, table_file
from hub.design.capable import ToleranceView, judged_characteristics, tolerance_view
from hub.design.components import ComponentList, components
from hub.design.sheets import COMPONENTS, TOLERANCES, component_rows, tolerance_rows
from hub.store.core.database import Reading
from hub.store.ledger.batches import log_size
from traceability.quality.window import Window

router = APIRouter(prefix="/api/v1/plants/{plant}/design", tags=["design"])
Parts = Annotated[list[str] | None, Query(max_length=100)]


class DesignFeedback(msgspec.Struct, frozen=True, kw_only=True):
    """Both parts of it, as known at ``as_of``."""

    plant: str
    window: Window
    as_of: datetime
    log_size: int
    tolerances: tuple[ToleranceView, ...]
    """The lowest index first; what has none before."""
    components: ComponentList


class Table(StrEnum):
    """Which of the two tables."""

    TOLERANCES = "tolerances"
    COMPONENTS = "components"


@router.get("", response_class=Response, responses=documented(DesignFeedback))
def get_design(plant: str, hub: UsesHub, part: Parts = None, key: bool = False) -> Response:
    """Capability against every tolerance, what tolerance 1.33 and 1.67 would need, and failures by component."""
    with hub.store.reading() as connection:
        return json_answer(design_feedback(connection, plant, hub.clock(), part or (), key=key))


@router.get("/file", response_class=Response, responses=TABLE_FILE)
def get_design_file(  # noqa: PLR0917 - the parameters are those of the address
    plant: str,
    hub: UsesHub,
    table: Table = Table.TOLERANCES,
    form: Form = Form.CSV,
    language: Language = Language.ZH,
    part: Parts = None,
    key: bool = False,
) -> Response:
    """One of the tables."""
    with hub.store.reading() as connection:
        if table is Table.COMPONENTS:
            found = components(connection, plant, hub.clock())
            return table_file(COMPONENTS, component_rows(found.components), form, language)
        feedback = tolerances(connection, plant, hub.clock(), part or (), key=key)[1]
    return table_file(TOLERANCES, tolerance_rows(feedback), form, language)


def design_feedback(
    connection: Reading, plant: str, now: datetime, parts: list[str] | tuple[str, ...] = (), *, key: bool = False
) -> DesignFeedback:
    """The whole answer."""
    window, found = tolerances(connection, plant, now, parts, key=key)
    return DesignFeedback(
        plant=plant,
        window=window,
        as_of=now,
        log_size=log_size(connection),
        tolerances=found,
        components=components(connection, plant, now),
    )


def tolerances(
    connection: Reading, plant: str, now: datetime, parts: list[str] | tuple[str, ...] = (), *, key: bool = False
) -> tuple[Window, tuple[ToleranceView, ...]]:
    """The lowest index first; characteristics without one before them."""
    window, judged = judged_characteristics(connection, plant, now, key=key, parts=parts)
    found = [tolerance_view(one) for one in judged]

    def rank(one: ToleranceView) -> tuple[float, str, str]:
        return float("-inf") if one.index is None else one.index, one.part.id, one.characteristic

    return window, tuple(sorted(found, key=rank))
