"""``/api/v1/comparison``: who takes part, releases, and a plant against its group."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Path, Query, Response

from hub.accounts.asker import Scope
from hub.api.access import Acting, AdminOnly, UsesHub, may
from hub.api.answer import documented, json_answer
from hub.api.table_file import TABLE_FILE, Form, Language, table_file, workbook_file
from hub.comparison.answers import PlantComparison, ReleaseView, plant_comparison, release_view, years
from hub.comparison.consent import state_consent
from hub.comparison.forms import ConsentForm, ReleaseForm
from hub.comparison.release import Outlook, outlook, release
from hub.comparison.sheets import LEVELS, SHEETS, rows_of
from hub.store.quality.comparison import stored_consents

router = APIRouter(prefix="/api/v1", tags=["comparison"])
Year = Annotated[int, Path(ge=2000, le=9000)]


class ConsentView(msgspec.Struct, frozen=True, kw_only=True):
    """The last word of an organisation."""

    organisation: str
    given: bool
    by: str
    at: datetime


class ComparisonList(msgspec.Struct, frozen=True, kw_only=True):
    """Released years, the latest first; the consents that the asker may see."""

    years: tuple[int, ...]
    consents: tuple[ConsentView, ...]


class Released(msgspec.Struct, frozen=True, kw_only=True):
    """A release that was made, or in a dry run what it would be."""

    log_index: int | None = None
    outlook: Outlook | None = None


_RELEASED: dict[int | str, dict[str, Any]] = {**documented(Released), **documented(Released, 201)}


@router.get("/comparison", response_class=Response, responses=documented(ComparisonList))
def get_comparisons(hub: UsesHub) -> Response:
    """Which years are released, and whether one's own organisation takes part."""
    with hub.store.reading() as connection:
        consents = tuple(
            ConsentView(organisation=one.organisation, given=one.given, by=one.by, at=one.at)
            for one in stored_consents(connection)
        )
        return json_answer(ComparisonList(years=years(connection), consents=consents))


@router.post("/comparison/consents", status_code=201)
def post_consent(
    form: ConsentForm, acting: Annotated[Acting, Depends(may(Scope.ADMIN))]
) -> dict[str, bool | int | None]:
    """Take part in releases, or no longer; for one's own organisation. What was released stays."""
    acting.side_of(form.organisation)
    stored = state_consent(acting.hub, form.organisation, given=form.given, by=form.by)
    return {"new": stored is not None, "log_index": None if stored is None else stored.id}


@router.post(
    "/comparison/releases", status_code=201, dependencies=[AdminOnly], response_class=Response, responses=_RELEASED
)
def post_release(form: ReleaseForm, hub: UsesHub) -> Response:
    """Compute and seal a year's release, or say what it would be; for the operator of the hub."""
    if form.dry_run:
        return json_answer(Released(outlook=outlook(hub, form.year)))
    return json_answer(Released(log_index=release(hub, form.year, by=form.by).id), 201)


@router.get("/comparison/{year}", response_class=Response, responses=documented(ReleaseView))
def get_comparison(year: Year, hub: UsesHub) -> Response:
    """Everything that was published of a year."""
    with hub.store.reading() as connection:
        return json_answer(release_view(connection, year))


@router.get("/comparison/{year}/file", response_class=Response, responses=TABLE_FILE)
def get_comparison_file(
    year: Year,
    hub: UsesHub,
    table: Annotated[str, Query(pattern="^(levels|bands|targets)$")] = LEVELS.name,
    form: Form = Form.CSV,
    language: Language = Language.ZH,
) -> Response:
    """One table as CSV, or all of them as a workbook."""
    with hub.store.reading() as connection:
        view = release_view(connection, year)
    if form is Form.XLSX:
        tables = [(sheet, rows_of(sheet, view, language)) for sheet in SHEETS.values()]
        return workbook_file(tables, language, f"comparison-{year}")
    sheet = SHEETS[table]
    return table_file(sheet, rows_of(sheet, view, language), form, language, f"comparison-{year}-{table}")


@router.get("/plants/{plant}/comparison/{year}", response_class=Response, responses=documented(PlantComparison))
def get_plant_comparison(plant: str, year: Year, hub: UsesHub) -> Response:
    """A plant of one's own against its group: in which band it lies, and what percent of the group lies below."""
    with hub.store.reading() as connection:
        return json_answer(plant_comparison(connection, plant, year))
