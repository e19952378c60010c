"""A configuration that the plant signed: judged as it stands, put in force by the hot reload, or left out and reported.

Only the plant's own key counts, not the hub's; only what is for this agent, and newer than what was heeded before.
The files are checked in full beside those in force. When they hold they take their places together (``change``) and
the agent reloads; when the reload refuses them after all, the old ones are put back.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import msgspec

from edge_agent.config.settings import AgentConfig
from edge_agent.downlink.candidates import heeded, staged, wanted_files
from edge_agent.downlink.change import Change
from edge_agent.errors import MessageRefused
from edge_agent.outbox.downlink import Place
from edge_agent.reload.difference import difference
from edge_agent.reload.request import Answer, ask, find_answer
from firmware_profiles.errors import ProfileError
from traceability.downlink import PlantMessage, Staged, StagedState, open_plant_message
from traceability.errors import ZhuoyueError
from traceability.record.downlink import PlantMessageRecord

_ANSWER_WITHIN = 90.0
_LOOK_EVERY = 0.1
_LONGEST = 1000

Check = Callable[[Path, Path, Path, Path | None], AgentConfig]
"""The configuration, the control plan, its versions and the device profiles (folders) in these places, checked."""


async def heed(
    record: PlantMessageRecord, config: AgentConfig, place: Place, check: Check, word: str, *, now: datetime
) -> Place:
    """Judge one message and put it in force if it holds; the place with what became of it. ``word`` is random."""
    try:
        message = _opened(record, config)
        if place.staged is not None and place.staged.number == message.number:
            return place  # it was dealt with, and the hub sent it again
        if message.number == heeded(config) and _stands(message, config, now):
            return _with(place, message.number, _in_force(message))
        _check_newer(message, max(place.number, heeded(config)))
    except ZhuoyueError as error:
        refused = Staged(number=max(1, place.number), state=StagedState.REFUSED, detail=str(error)[:_LONGEST])
        return _with(place, place.number, refused)
    try:
        said, state = await _apply(message, config, check, word, now), StagedState.APPLIED
    except (ZhuoyueError, ProfileError, OSError) as error:
        said, state = str(error), StagedState.REFUSED
    detail = f"{message.kind}: {said}"[:_LONGEST]
    return _with(place, message.number, Staged(number=message.number, state=state, detail=detail))


def _opened(record: PlantMessageRecord, config: AgentConfig) -> PlantMessage:
    if config.plant_key is None:
        raise MessageRefused("no key of the plant is known here", advice="put [plant] with its key into agent.toml")
    message = open_plant_message("".join(record.envelope).encode(), config.plant_key)
    if (message.plant, message.recipient) != (config.plant, config.author):
        raise MessageRefused(f"the message is for {message.recipient[:80]!r} of plant {message.plant[:80]!r}")
    return message


def _check_newer(message: PlantMessage, before: int) -> None:
    if message.number <= before:
        raise MessageRefused(f"message {message.number} is not newer than {before}, which was heeded already")


def _stands(message: PlantMessage, config: AgentConfig, now: datetime) -> bool:
    """Whether the files hold what the message brings."""
    contents = wanted_files(message, config, now).contents
    return all((path.read_bytes() if path.is_file() else None) == content for path, content in contents.items())


def _in_force(message: PlantMessage) -> Staged:
    """Its files are in place; the power failed before that could be noted."""
    return Staged(number=message.number, state=StagedState.APPLIED, detail=f"{message.kind}: it is in force already")


async def _apply(message: PlantMessage, config: AgentConfig, check: Check, word: str, now: datetime) -> str:
    wanted = wanted_files(message, config, now)
    with staged(wanted, config) as candidates:
        found = await asyncio.to_thread(
            check, candidates.file, candidates.plan, candidates.plan_folder, candidates.profiles
        )
    difference(config, _in_place(found, config))
    change = Change(config.file, config.data)
    try:
        change.make(wanted.contents)
        answer = await _reloaded(config.data, word)
        if not answer.taken:
            raise MessageRefused(answer.said)
    except (ZhuoyueError, OSError):
        change.undo()
        raise
    change.keep()
    return answer.said


def _in_place(found: AgentConfig, config: AgentConfig) -> AgentConfig:
    """The checked configuration as it will be named once its files are in their places."""
    return msgspec.structs.replace(found, file=config.file, plan_file=config.plan_file)


async def _reloaded(data: Path, word: str) -> Answer:
    """What the agent says to a reload, as when a person asks for one."""
    ask(data, word)
    try:
        async with asyncio.timeout(_ANSWER_WITHIN):
            while (answer := find_answer(data, word)) is None:  # noqa: ASYNC110 - the answer is a file
                await asyncio.sleep(_LOOK_EVERY)
    except TimeoutError:
        ask(data, f"{word}-back")  # whenever it comes to it, it finds the old files again
        raise MessageRefused("the reload was not answered in time", advice="see the agent's log") from None
    return answer


def _with(place: Place, number: int, staged: Staged) -> Place:
    return msgspec.structs.replace(place, number=number, staged=staged)
