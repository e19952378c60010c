"""What is agreed about a part with its supplier, and how each indicator stood when the hub last saw it change."""

from collections.abc import Iterator

import msgspec

from hub.requirement.read import folded
from hub.store.core.database import Reading
from hub.store.quality.requirements import RequirementsWanted, requirement_statuses, stored_requirements
from traceability.record.requirement import Indicator, RequirementStatusRecord
from traceability.requirement.fold import RequirementState


class Agreed(msgspec.Struct, frozen=True, kw_only=True):
    """One indicator of terms that are agreed; ``status`` None: the hub has not looked at these terms yet."""

    requirement: str
    customer: str
    title: str
    indicator: Indicator
    status: RequirementStatusRecord | None


def agreed_about(connection: Reading, supplier: str, part: str) -> list[Agreed]:
    """Of every agreement that whoever asks may see, the latest first; three statements."""
    stored = stored_requirements(connection, RequirementsWanted(supplier=supplier, part=part))
    agreed = [pair for pair in folded(connection, stored) if pair[1].state is RequirementState.AGREED]
    statuses = requirement_statuses(connection, [one.id for one, _ in agreed])
    return [
        Agreed(
            requirement=one.id,
            customer=one.content.customer,
            title=one.content.title,
            indicator=indicator,
            status=next(_of(statuses[one.id], now.terms_hash, indicator.name), None),
        )
        for one, now in agreed
        for indicator in now.terms.indicators
    ]


def _of(statuses: list[RequirementStatusRecord], terms: str, indicator: str) -> Iterator[RequirementStatusRecord]:
    """The latest first."""
    return (one for one in reversed(statuses) if (one.terms, one.indicator) == (terms, indicator))
