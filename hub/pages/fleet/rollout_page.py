"""Tables of versions, roll-outs, their agents and what happened to them."""

from hub.page_paths import fleet_agent_path
from hub.pages.fleet.agent_page import version_cell
from hub.pages.fleet_words import AGENT_MARKS, ROLLOUT_MARKS
from hub.pages.home_page import State
from hub.pages.speech import Speech, mark
from hub.pages.tables.cells import EMPTY, Cell, number_cell, state_cell, text_cell
from hub.pages.tables.columns import made, moment, words
from hub.pages.tables.define import Definition, Empty, Kind
from hub.pages.words import word_for
from hub.rollout.advance import HUB
from hub.rollout.progress import AgentState, RolloutState
from hub.rollout.views import AgentInRollout, RolloutView, StepView, VersionView
from traceability.record.rollout import RolloutStep

_RANK = {state: rank for rank, state in enumerate(RolloutState)}
_AGENT_RANK = {state: rank for rank, state in enumerate(AgentState)}


def versions_table(zone: str) -> Definition[VersionView]:
    """Versions of every file, the latest first."""
    return Definition(
        id="versions",
        title=mark("Versions, the latest first"),
        columns=(
            made("name", mark("file"), _name, head=True),
            words("plant", mark("plant"), lambda one: one.plant),
            moment("at", mark("kept"), lambda one: one.at, zone),
            words("by", mark("by"), lambda one: one.by),
            words("note", mark("note"), lambda one: one.note),
        ),
        empty=Empty(
            mark("No version is kept here yet."),
            mark("Write one below: paste the text that a line PC runs by now, and go on from there."),
        ),
        page=50,
    )


def rollouts_table(zone: str) -> Definition[RolloutView]:
    """Roll-outs, the latest first."""
    return Definition(
        id="rollouts",
        title=mark("Roll-outs, the latest first"),
        columns=(
            made("what", mark("what"), _what, head=True),
            words("plant", mark("plant"), lambda one: one.plant),
            made("state", mark("state"), _state, Kind.STATE, falling=True),
            made("agents", mark("agents"), _agents, Kind.NUMBER, falling=True),
            moment("at", mark("ordered"), lambda one: one.at, zone),
            words("by", mark("by"), lambda one: one.by),
        ),
        empty=Empty(
            mark("Nothing was rolled out yet."),
            mark("Open a version under Configurations and choose its agents there."),
        ),
        page=50,
    )


def agents_table(zone: str) -> Definition[AgentInRollout]:
    """The agents of one roll-out, by stage."""
    return Definition(
        id="agents",
        title=mark("Agents by stage"),
        columns=(
            made("agent", mark("agent"), _agent, head=True),
            made("stage", mark("stage"), lambda one, speech: number_cell(speech, one.stage + 1), Kind.NUMBER),
            made("state", mark("state"), _agent_state, Kind.STATE, falling=True),
            moment("at", mark("since"), lambda one: one.at, zone),
            made("well", mark("is it well?"), _well, Kind.STATE, topic="rollout-health", falling=True),
            made("back", mark("way back"), _way_back),
        ),
        empty=Empty(mark("It has no agents.")),
    )


def steps_table(zone: str) -> Definition[StepView]:
    """What happened, the latest first."""
    return Definition(
        id="steps",
        title=mark("What happened, the latest first"),
        columns=(
            moment("at", mark("when"), lambda one: one.at, zone, head=True),
            made("what", mark("what"), _step),
            words("agent", mark("agent"), lambda one: one.agent or ""),
            made("by", mark("by"), _by),
            words("reason", mark("reason"), lambda one: one.reason),
        ),
        empty=Empty(mark("Nothing happened yet.")),
        page=50,
    )


def _name(one: VersionView, speech: Speech) -> Cell:
    text = speech.say("%(name)s, version %(number)s", name=one.name, number=one.number)
    role = speech.say(word_for(one.role))
    return text_cell(text, url=one.url, beside=f"{role} · {speech.say('the latest')}" if one.latest else role)


def _what(one: RolloutView, speech: Speech) -> Cell:
    cell = version_cell(one.version, speech)
    return text_cell(cell.text, url=one.url, beside=speech.say(word_for(one.version.role)))


def _state(one: RolloutView, speech: Speech) -> Cell:
    mark_ = ROLLOUT_MARKS[one.state].value
    return state_cell(speech.say(word_for(one.state)), mark_, _RANK[one.state], beside=one.reason)


def _agents(one: RolloutView, speech: Speech) -> Cell:
    beside = speech.say("of %(all)s run by it", all=speech.count(len(one.agents)))
    return number_cell(speech, one.taken, beside=beside)


def _agent(one: AgentInRollout, _speech: Speech) -> Cell:
    return text_cell(one.agent, url=fleet_agent_path(one.agent))


def _agent_state(one: AgentInRollout, speech: Speech) -> Cell:
    beside = speech.say("left out") if one.left_out else one.reason
    return state_cell(
        speech.say(word_for(one.state)), AGENT_MARKS[one.state].value, _AGENT_RANK[one.state], beside=beside
    )


def _well(one: AgentInRollout, speech: Speech) -> Cell:
    if one.state is not AgentState.TAKEN:
        return EMPTY
    if one.trouble is None:
        return state_cell(speech.say("well"), State.OK.value, 0)
    return state_cell(speech.say(word_for(one.trouble)), State.WARNING.value, 1, beside=one.detail)


def _way_back(one: AgentInRollout, speech: Speech) -> Cell:
    return text_cell(speech.say("signed") if one.way_back else speech.say("none"))


def _step(one: StepView, speech: Speech) -> Cell:
    stage = "" if one.stage is None else speech.say("stage %(number)s", number=one.stage + 1)
    return text_cell(speech.say(word_for(RolloutStep(one.step))), beside=stage)


def _by(one: StepView, speech: Speech) -> Cell:
    return text_cell(speech.say("the hub") if one.by == HUB else one.by)
