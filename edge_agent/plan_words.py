"""A version of the control plan as ``status`` and ``check`` tell it."""

from datetime import datetime

import msgspec

from edge_agent.plans import PlanVersion


class PlanStatus(msgspec.Struct, frozen=True, kw_only=True):
    """Which version, since or from when (None: its file does not say), and the file that it stands in."""

    plan: str
    revision: str
    valid_from: datetime | None
    file: str


def plan_status(version: PlanVersion) -> PlanStatus:
    """The version in a word."""
    return PlanStatus(
        plan=version.id,
        revision=version.plan.revision,
        valid_from=version.valid_from,
        file="" if version.file is None else version.file.name,
    )


def plan_words(plan: PlanStatus) -> str:
    """For people."""
    begin = "" if plan.valid_from is None else f", from {plan.valid_from.isoformat(timespec='seconds')}"
    file = f" ({plan.file})" if plan.file else ""
    return f"revision {plan.revision}{begin}, {plan.plan[:19]}…{file}"
