"""A customer and a supplier with people who sign in, and a requirement between them that is missed."""

from typing import Any

from small_incoming import CUSTOMER, PART, SUPPLIER, two_companies
from small_people import People, people_of
from small_requirements import FPY, made, planned, shares

from hub.accounts.permission import Role
from hub.parts import Hub
from hub.requirement.act import propose
from hub.requirement.forms import RequirementForm, TermsForm
from traceability.record.requirement import RequirementContent
from traceability.record.sharing import DataKind

TITLE = "Bolts of the drive"


def accord(hub: Hub) -> People:
    """The supplier made ten bolts, one of them bad, and shares verdicts and measured values with its customer."""
    _, supplier = two_companies(hub)
    planned(hub, supplier)
    made(hub, supplier, {f"S-{n}": 10.0 + n / 100 for n in range(10)}, bad=frozenset({"S-3"}))
    shares(hub, DataKind.VERDICTS, DataKind.MEASUREMENTS)
    people = people_of(hub)
    people.known("buyer", Role.QUALITY, organisation=CUSTOMER)
    people.known("maker", Role.QUALITY, organisation=SUPPLIER)
    people.known("looks", Role.VIEWER, organisation=CUSTOMER)
    return people


def proposed(people: People, title: str = TITLE, **changes: Any) -> str:
    """By the customer; the id."""
    form = RequirementForm(
        customer=CUSTOMER,
        supplier=SUPPLIER,
        part=PART,
        title=title,
        by="q1",
        terms=TermsForm(**({"text": "As agreed", "indicators": [FPY], "valid_from": "2026-01-01"} | changes)),
    )
    content = RequirementContent(
        customer=form.customer, supplier=form.supplier, part=form.part, title=form.title, terms=form.terms.terms
    )
    return propose(people.hub, content, form.by).id
