"""What people enter at the hub: who takes part, and what the plants state about themselves."""

import csv
import io
from collections.abc import Iterable
from datetime import date, timedelta

from demo.hub_client import HubClient
from demo.story.companies import COMPANIES, Company
from traceability.quality.questionnaire_items import ITEMS

CLERK = "demo-clerk"
ACCRUED_DAYS_AGO = 30


def enter_companies(hub: HubClient) -> None:
    """Organisations and plants: master data, as files."""
    companies = [("id", "name", "name_zh"), *((each.id, each.name, each.name_zh) for each in COMPANIES)]
    plants = [
        ("id", "organisation", "name", "name_zh"),
        *((each.plant, each.id, each.plant_name, each.plant_name_zh) for each in COMPANIES),
    ]
    for kind, rows in (("organisation", companies), ("plant", plants)):
        hub.send("/api/v1/master/import", _csv(rows), kind=kind, entered_by=CLERK, dry_run="false")


def _csv(rows: Iterable[tuple[str, ...]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def enter_statements(hub: HubClient, today: date) -> None:
    """Output value, losses and answers of every plant."""
    for company in COMPANIES:
        _enter_money(hub, company, today)
        _enter_answers(hub, company)


def _enter_money(hub: HubClient, company: Company, today: date) -> None:
    path = f"/api/v1/plants/{company.plant}"
    evidence = {"evidence": f"annual accounts {today.year} (demo)", "entered_by": CLERK}
    output = {"year": today.year, "amount": str(company.output_value)}
    hub.post(f"{path}/output-values", output | evidence)
    accrued = {"accrued_on": (today - timedelta(days=ACCRUED_DAYS_AGO)).isoformat()}
    for item, amount in company.losses.items():
        hub.post(f"{path}/losses", {"item": item.value, "amount": str(amount)} | accrued | evidence)


def _enter_answers(hub: HubClient, company: Company) -> None:
    for dimension, level in company.answers.items():
        answers = [
            {"item": item.id, "state": "satisfied", "evidence": f"quality manual, record of {item.id} (demo)"}
            if item.level <= level
            else {"item": item.id, "state": "not-satisfied"}
            for item in ITEMS.values()
            if item.dimension is dimension
        ]
        form = {"dimension": dimension.value, "answers": answers, "entered_by": CLERK}
        hub.post(f"/api/v1/plants/{company.plant}/assessments", form)
