"""How a line's agent reads a control plan."""

from edge_agent.config.control_plan import parse_control_plan
from traceability.record.master import ControlPlan


def parsed(content: bytes) -> ControlPlan:
    return parse_control_plan(content, "control-plan.toml")
