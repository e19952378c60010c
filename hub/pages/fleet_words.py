"""Words of roll-outs, files, tokens and silences, and how good each state is."""

from collections.abc import Mapping
from enum import StrEnum

from hub.enrol.token_views import TokenState
from hub.pages.home_page import State
from hub.pages.speech import mark
from hub.rollout.act import Act
from hub.rollout.health import Trouble
from hub.rollout.progress import AgentState, RolloutState
from hub.rollout.wanted import FileState
from hub.subscription.subscribe import FleetKind
from traceability.downlink import FileRole
from traceability.record.rollout import RolloutStep, SilenceState

ROLLOUT_STATES: Mapping[StrEnum, str] = {
    RolloutState.TO_SIGN: mark("waits for the plant's signature"),
    RolloutState.READY: mark("signed, not begun"),
    RolloutState.RUNNING: mark("under way"),
    RolloutState.STOPPED: mark("stopped"),
    RolloutState.FINISHED: mark("finished"),
    RolloutState.GOING_BACK: mark("going back"),
    RolloutState.ROLLED_BACK: mark("rolled back"),
    RolloutState.WITHDRAWN: mark("withdrawn"),
}
AGENT_IN_ROLLOUT: Mapping[StrEnum, str] = {
    AgentState.WAITING: mark("its stage is not due yet"),
    AgentState.SENT: mark("sent, not reported yet"),
    AgentState.TAKEN: mark("runs by it"),
    AgentState.REFUSED: mark("refused it"),
    AgentState.GOING_BACK: mark("the way back is sent"),
    AgentState.BACK: mark("runs by the earlier one again"),
    AgentState.BACK_REFUSED: mark("refused the way back"),
}
TROUBLES: Mapping[StrEnum, str] = {
    Trouble.NOT_HEARD: mark("not heard of lately"),
    Trouble.NOT_TAKEN: mark("has not reported it yet"),
    Trouble.REFUSED: mark("refused it"),
    Trouble.OVERTAKEN: mark("a newer message came before it"),
    Trouble.OTHER_FILE: mark("runs by another content"),
    Trouble.DEVICE: mark("a device is not connected"),
}
FILE_ROLES: Mapping[StrEnum, str] = {
    FileRole.CONFIGURATION: mark("configuration"),
    FileRole.CONTROL_PLAN: mark("control plan"),
    FileRole.PROFILE: mark("device profile"),
}
FILE_STATES: Mapping[StrEnum, str] = {
    FileState.AS_WANTED: mark("as wanted"),
    FileState.OTHER: mark("not as wanted"),
    FileState.UNDER_WAY: mark("on its way"),
    FileState.NOT_MANAGED: mark("not rolled out from here"),
    FileState.NOT_REPORTED: mark("not reported"),
}
TOKEN_STATES: Mapping[StrEnum, str] = {
    TokenState.WAITING: mark("waits for its line PC"),
    TokenState.USED: mark("used"),
    TokenState.OVER: mark("over"),
}
ACTS: Mapping[StrEnum, str] = {
    Act.START: mark("Begin with the first stage"),
    Act.NEXT: mark("Let the next stage go now"),
    Act.STOP: mark("Stop"),
    Act.RESUME: mark("Go on, without those that refused"),
    Act.BACK: mark("Roll back"),
    Act.WITHDRAW: mark("Withdraw"),
}
STEPS: Mapping[StrEnum, str] = {
    RolloutStep.RELEASED: mark("a stage was let go"),
    RolloutStep.TAKEN: mark("an agent runs by it"),
    RolloutStep.REFUSED: mark("an agent refused it"),
    RolloutStep.STOPPED: mark("stopped"),
    RolloutStep.RESUMED: mark("went on"),
    RolloutStep.FINISHED: mark("finished"),
    RolloutStep.BACK: mark("taken back"),
    RolloutStep.BACK_TAKEN: mark("an agent runs by the earlier one again"),
    RolloutStep.BACK_REFUSED: mark("an agent refused the way back"),
    RolloutStep.ROLLED_BACK: mark("rolled back"),
    RolloutStep.WITHDRAWN: mark("withdrawn"),
}
SILENCES: Mapping[StrEnum, str] = {
    SilenceState.SILENT: mark("silent"),
    SilenceState.BACK: mark("heard of again"),
}
FLEET_KINDS: Mapping[StrEnum, str] = {FleetKind.AGENT_SILENT: mark("An agent is silent, or back")}
KEY_ORIGINS: Mapping[str, str] = {
    "enrolled": mark("enrolled with a token"),
    "replaced": mark("replaced with a token"),
    "rotated": mark("rotated"),
    "entered": mark("entered by hand"),
}

FLEET_TABLES = (
    ROLLOUT_STATES, AGENT_IN_ROLLOUT, TROUBLES, FILE_ROLES, FILE_STATES, TOKEN_STATES, ACTS, STEPS, SILENCES,
    FLEET_KINDS,
)  # fmt: skip

ROLLOUT_MARKS: Mapping[RolloutState, State] = {
    RolloutState.TO_SIGN: State.WARNING,
    RolloutState.READY: State.WARNING,
    RolloutState.RUNNING: State.NEUTRAL,
    RolloutState.STOPPED: State.BAD,
    RolloutState.FINISHED: State.OK,
    RolloutState.GOING_BACK: State.WARNING,
    RolloutState.ROLLED_BACK: State.OK,
    RolloutState.WITHDRAWN: State.NEUTRAL,
}
AGENT_MARKS: Mapping[AgentState, State] = {
    AgentState.WAITING: State.NEUTRAL,
    AgentState.SENT: State.WARNING,
    AgentState.TAKEN: State.OK,
    AgentState.REFUSED: State.BAD,
    AgentState.GOING_BACK: State.WARNING,
    AgentState.BACK: State.OK,
    AgentState.BACK_REFUSED: State.BAD,
}
FILE_MARKS: Mapping[FileState, State] = {
    FileState.AS_WANTED: State.OK,
    FileState.OTHER: State.BAD,
    FileState.UNDER_WAY: State.WARNING,
    FileState.NOT_MANAGED: State.NEUTRAL,
    FileState.NOT_REPORTED: State.WARNING,
}
TOKEN_MARKS: Mapping[TokenState, State] = {
    TokenState.WAITING: State.WARNING,
    TokenState.USED: State.OK,
    TokenState.OVER: State.NEUTRAL,
}
