"""Versions of the small line's control plan, as plant IT writes them."""

from datetime import datetime
from pathlib import Path

from small_agent import PLAN

from edge_agent.config.control_plan import parse_plan_version
from edge_agent.plans import PlanVersion


def plan_text(revision: str, since: datetime | None = None, *, more: str = "", plan: str = PLAN) -> str:
    """The file; ``more`` are tables at its end."""
    begin = "" if since is None else f"valid_from = {since.isoformat()}\n"
    return plan.replace('revision = "A"\n', f'revision = "{revision}"\n{begin}') + more


def version(revision: str, since: datetime | None = None, *, more: str = "") -> PlanVersion:
    return parse_plan_version(plan_text(revision, since, more=more).encode(), Path("control-plan.toml"))
