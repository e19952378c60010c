"""With which recipe and tool a unit is made, and which tool is worn.

The faults of the story are decided without regard to tools; of those that wear causes it is said afterwards that the
worn tool made them. So the tool explains them, and the story's figures do not depend on it.
"""

from demo.story.shape import Job, Step
from firmware_profiles.format import Value


def made_with(step: Step, job: Job) -> dict[str, Value]:
    """What the controller of a step reports, by profile point."""
    return {"recipe": step.recipe, "recipe_version": step.recipe_version, "tool": _tool(step, job)}


def _tool(step: Step, job: Job) -> str:
    if not step.tools:
        return ""
    if step.wear is not None and job.passes[step.operation.id][0].defect == step.wear:
        return step.tools[-1]
    return step.tools[job.index % len(step.tools)]
