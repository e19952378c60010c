"""Where a control plan that comes down belongs: the versions that are here already stay beside it.

A plan that says from when it holds takes the place of the version of the same time, or becomes a further one; any order
of arrival gives the same versions. One that says nothing takes the place of the control plan's own file. It would hold
at once, so it is refused where a dated version has begun, which would go before it.
"""

from datetime import datetime
from pathlib import Path

from edge_agent.config.control_plan import parse_plan_version
from edge_agent.config.settings import AgentConfig
from edge_agent.errors import MessageRefused
from traceability.downlink import FileRole, plan_file_name


def brought_plan(content: bytes, config: AgentConfig, now: datetime) -> dict[Path, bytes | None]:
    """The file that the plan is for; ConfigError when it is no plan."""
    begin = parse_plan_version(content, config.plan_file).valid_from
    if begin is None:
        check_first_plan(content, config, now)
        return {config.plan_file: content}
    for version in config.plans.versions:
        if version.valid_from == begin and version.file is not None:
            return {version.file: content}
    return {config.plan_file.parent / plan_file_name(config.plan_file.name, begin): content}


def check_first_plan(content: bytes | None, config: AgentConfig, now: datetime) -> None:
    """MessageRefused when the control plan's own file changes, without a date, although a later version holds."""
    if content is None or parse_plan_version(content, config.plan_file).valid_from is not None:
        return
    held = config.plans.at(now)
    if held.file != config.plan_file and not _is(config.plan_file, content):
        raise MessageRefused(
            f"the control plan does not say from when it holds, and revision {held.plan.revision} holds here by its "
            "date",
            advice="give the plan a valid_from",
        )


def taken_away(digest: str, config: AgentConfig) -> dict[Path, bytes | None]:
    """The version with that hash, without content; nothing when it is not here (any more)."""
    for one in config.files:
        if one.role is FileRole.CONTROL_PLAN and one.hash == digest:
            path = config.plan_file.parent / one.name
            if path == config.plan_file:
                raise MessageRefused(
                    "the control plan's own file cannot be taken away", advice="send the plan that is to hold instead"
                )
            return {path: None}
    return {}


def _is(path: Path, content: bytes) -> bool:
    return path.is_file() and path.read_bytes() == content
