"""What people enter at the hub: who takes part, and what the plants state about themselves."""

from datetime import date, timedelta

from demo.hub_client import HubClient
from demo.story.companies import COMPANIES, Company
from traceability.quality.questionnaire_items import ITEMS

CLERK = "demo-clerk"
ACCRUED_DAYS_AGO = 30


def enter_companies(hub: HubClient) -> None:
    """Organisations and plants."""
    for company in COMPANIES:
        hub.post("/api/v1/organisations", {"id": company.id, "name": company.name, "name_zh": company.name_zh})
        plant = {"id": company.plant, "name": company.plant_name, "name_zh": company.plant_name_zh}
        hub.post("/api/v1/plants", plant | {"organisation": company.id})


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
