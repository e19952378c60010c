"""What the home page's template needs beyond the view: the state of the chain in one sentence."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import msgspec

from hub.fleet.views import AgentView, Freshness, HomeView
from hub.pages.speech import Speech
from traceability.quality.grade import PlantGrade


class State(StrEnum):
    """How good something is; each has its own colour and its own shape."""

    OK = "ok"
    WARNING = "warning"
    BAD = "bad"
    NEUTRAL = "neutral"


AGENT_STATES: Mapping[Freshness, State] = {
    Freshness.FRESH: State.OK,
    Freshness.LATE: State.WARNING,
    Freshness.SILENT: State.BAD,
    Freshness.NEVER: State.NEUTRAL,
}


class Headline(msgspec.Struct, frozen=True):
    """The answer to what the state of the chain is now, and what it rests on."""

    state: State
    text: str
    reasons: tuple[str, ...]


def home_context(view: HomeView, grades: Mapping[str, PlantGrade], speech: Speech) -> dict[str, Any]:
    """The template's variables."""
    return {"view": view, "grades": grades, "headline": headline(view, speech), "agent_states": AGENT_STATES}


def headline(view: HomeView, speech: Speech) -> Headline:
    """Good when every agent is fresh and nothing was lost, forked or quarantined."""
    seen = [a for company in view.organisations for plant in company.plants for a in plant.agents]
    agents = [*seen, *view.other_agents]
    silent, late, never = (_of(agents, state) for state in (Freshness.SILENT, Freshness.LATE, Freshness.NEVER))
    forks, gaps, held = view.totals.forks, view.totals.data_losses, view.totals.quarantined
    serious = _said(
        (silent, speech.say_count("%(num)s agent is silent", "%(num)s agents are silent", silent)),
        (
            forks,
            speech.say_count("%(num)s batch was refused as a fork", "%(num)s batches were refused as forks", forks),
        ),
        (
            view.totals.clones,
            speech.say_count(
                "%(num)s agent's key is used by two machines",
                "%(num)s agents' keys are used by two machines",
                view.totals.clones,
            ),
        ),
    )
    slight = _said(
        (late, speech.say_count("%(num)s agent is late", "%(num)s agents are late", late)),
        (never, speech.say_count("%(num)s agent was never heard of", "%(num)s agents were never heard of", never)),
        (
            gaps,
            speech.say_count("%(num)s gap in the data was declared", "%(num)s gaps in the data were declared", gaps),
        ),
        (held, speech.say_count("%(num)s record is quarantined", "%(num)s records are quarantined", held)),
    )
    if serious:
        return Headline(State.BAD, speech.say("The chain needs attention now"), serious + slight)
    if slight:
        return Headline(State.WARNING, speech.say("The chain works, with something to look at"), slight)
    fresh = speech.say_count("%(num)s agent is fresh", "all %(num)s agents are fresh", len(agents))
    whole = speech.say("no gaps, no forks, nothing quarantined")
    return Headline(State.OK, speech.say("The whole chain is reporting"), (fresh, whole))


def _of(agents: list[AgentView], state: Freshness) -> int:
    return sum(agent.freshness is state for agent in agents)


def _said(*findings: tuple[int, str]) -> tuple[str, ...]:
    return tuple(text for number, text in findings if number)
