"""One agent: devices, files in force against those wanted, losses, chains, silences, and how it did."""

from collections.abc import Callable
from typing import Any

from hub.fleet.lines import LineHistory, LineView
from hub.pages.charts.view import ChartView, local, trace
from hub.pages.fleet.list_table import short_hash, state_of, waiting_pictures
from hub.pages.fleet_words import FILE_MARKS
from hub.pages.home_page import State
from hub.pages.speech import Speech, mark
from hub.pages.tables.cells import EMPTY, Cell, number_cell, state_cell, text_cell
from hub.pages.tables.columns import made, moment, number, words
from hub.pages.tables.define import Definition, Empty, Filled, Kind
from hub.pages.words import word_for
from hub.rollout.wanted import FileState, FileView, VersionName
from hub.store.core.instant import from_micros
from hub.store.fleet.agents import StoredChain, StoredLoss
from hub.store.fleet.silence import Sample, StoredSilence
from traceability.downlink import DeviceState
from traceability.record.rollout import SilenceState

_FILE_RANK = {state: rank for rank, state in enumerate(FileState)}


def agent_context(view: LineView, history: LineHistory, zone: str, speech: Speech) -> dict[str, Any]:
    """The template's variables."""
    row = view.row

    def chart(name: str, title: str, read: Callable[[Sample], float | None]) -> ChartView | None:
        return _chart(name, title, read, history, zone=zone, speech=speech)

    return {
        "view": view,
        "row": row,
        "zone": zone,
        "state": state_of(row, speech, zone),
        "short": short_hash,
        "pictures": waiting_pictures(row, speech),
        "outbox_chart": chart("outbox-chart", mark("Batches that wait at the agent"), _unsent),
        "clock_chart": chart("clock-chart", mark("Clock offset in seconds"), _clock),
    }


def agent_tables(view: LineView, history: LineHistory, zone: str) -> tuple[Filled, ...]:
    """All of the page."""
    return (
        Filled(_devices(zone), view.devices),
        Filled(_files(zone), view.files),
        Filled(_losses(zone), view.losses),
        Filled(_chains(zone), view.chains),
        Filled(_silences(zone), view.silences),
        Filled(_samples(zone), tuple(reversed(history.samples))),
    )


def _unsent(sample: Sample) -> float | None:
    return float(sample.unsent)


def _clock(sample: Sample) -> float | None:
    return None if sample.clock_ahead_ms is None else sample.clock_ahead_ms / 1000


def _chart(
    name: str,
    title: str,
    read: Callable[[Sample], float | None],
    history: LineHistory,
    *,
    zone: str,
    speech: Speech,
) -> ChartView | None:
    known = [(sample, value) for sample in history.samples if (value := read(sample)) is not None]
    if len(known) < 2:
        return None
    values = [value for _, value in known]
    summary = speech.say(
        "%(title)s: lowest %(low)s, highest %(high)s, last %(last)s; n = %(n)s.",
        title=speech.say(title),
        low=speech.figure(min(values), 1),
        high=speech.figure(max(values), 1),
        last=speech.figure(values[-1], 1),
        n=speech.count(len(values)),
    )
    times = [local(from_micros(sample.at), zone, speech) for sample, _ in known]
    data = {
        "traces": [trace("centre", times, values, name="")],
        "x": speech.say("times by %(zone)s", zone=speech.zone(zone, from_micros(known[-1][0].at))),
        "y": speech.say(title),
        "zero": True,
    }
    return ChartView(id=name, title=speech.say(title), summary=summary, data=data, size="low")


def _devices(zone: str) -> Definition[DeviceState]:
    return Definition(
        id="devices",
        title=mark("Devices"),
        columns=(
            words("device", mark("device"), lambda one: one.name, head=True),
            made("state", mark("state"), _device_state, Kind.STATE, falling=True),
            moment("since", mark("since"), lambda one: one.since, zone),
            number("reconnects", mark("connected again"), lambda one: one.reconnects, falling=True),
            words("error", mark("what was wrong last"), lambda one: one.error),
        ),
        empty=Empty(
            mark("The agent names no devices."), mark("Agents of this version do, once they have asked for news.")
        ),
    )


def _device_state(one: DeviceState, speech: Speech) -> Cell:
    if one.connected:
        return state_cell(speech.say("connected"), State.OK.value, 0)
    known = one.since is not None
    text = speech.say("away") if known else speech.say("not tried yet")
    return state_cell(text, (State.BAD if known else State.NEUTRAL).value, 1)


def _file(one: FileView, speech: Speech) -> Cell:
    return text_cell(one.name, beside=speech.say(word_for(one.role)))


def _file_state(one: FileView, speech: Speech) -> Cell:
    url = None if one.rollout is None else f"/rollouts/{one.rollout}"
    return state_cell(speech.say(word_for(one.state)), FILE_MARKS[one.state].value, _FILE_RANK[one.state], url=url)


def version_cell(version: VersionName | None, speech: Speech, beside: str = "") -> Cell:
    """A version as a link to it."""
    if version is None:
        return Cell(text=speech.say("not known here"), beside=beside) if beside else EMPTY
    text = speech.say("%(name)s, version %(number)s", name=version.name, number=version.number)
    return text_cell(text, url=f"/configurations/{version.id}", beside=beside)


def _in_force(one: FileView, speech: Speech) -> Cell:
    return version_cell(one.version, speech, short_hash(one.hash))


def _wanted(one: FileView, speech: Speech) -> Cell:
    return version_cell(one.wanted, speech, short_hash(one.wanted_hash))


def _files(zone: str) -> Definition[FileView]:
    return Definition(
        id="files",
        title=mark("Files by which it runs"),
        columns=(
            made("file", mark("file"), _file, head=True),
            made("state", mark("state"), _file_state, Kind.STATE, falling=True),
            moment("from", mark("valid from"), lambda one: one.valid_from, zone),
            made("version", mark("in force"), _in_force),
            made("wanted", mark("wanted"), _wanted),
        ),
        empty=Empty(
            mark("The agent names no files."), mark("Agents of this version do, once they have asked for news.")
        ),
    )


def _losses(zone: str) -> Definition[StoredLoss]:
    return Definition(
        id="losses",
        title=mark("Gaps and losses, the latest first"),
        columns=(
            moment("at", mark("when"), lambda one: one.at, zone, head=True),
            words("stream", mark("stream"), lambda one: one.stream),
            number("count", mark("items"), lambda one: one.count, falling=True),
            made("range", mark("numbers"), _range),
            words("reason", mark("reason"), lambda one: one.reason),
            made("log", mark("in the log"), lambda one, _: _place(one.batch, one.line)),
        ),
        empty=Empty(mark("The agent declared no loss.")),
        page=50,
    )


def _range(one: StoredLoss, _speech: Speech) -> Cell:
    if one.first is None:
        return EMPTY
    same = one.last in (None, one.first)
    return text_cell(str(one.first) if same else f"{one.first} – {one.last}")


def _place(batch: int, line: int) -> Cell:
    return text_cell(f"{batch}:{line}", url=f"/api/v1/records/{batch}/{line}/evidence", code=True)


def _chains(zone: str) -> Definition[StoredChain]:
    return Definition(
        id="chains",
        title=mark("Chains that it began"),
        columns=(
            moment("at", mark("when"), lambda one: one.at, zone, head=True),
            words("reason", mark("reason"), lambda one: one.reason),
            words("lost", mark("declared lost then"), lambda one: one.lost),
            made("log", mark("in the log"), lambda one, _: _place(one.batch, one.line)),
        ),
        empty=Empty(mark("Nothing was sent yet.")),
        page=20,
    )


def _silences(zone: str) -> Definition[StoredSilence]:
    return Definition(
        id="silences",
        title=mark("Silences"),
        columns=(
            moment("at", mark("noted"), lambda one: one.at, zone, head=True),
            made("state", mark("state"), _silence, Kind.STATE, falling=True),
            moment("since", mark("last heard of before"), lambda one: one.since, zone),
            number("allowed", mark("silent after"), lambda one: one.allowed_s // 60, uom="min"),
        ),
        empty=Empty(mark("It never fell silent.")),
        page=20,
    )


def _silence(one: StoredSilence, speech: Speech) -> Cell:
    silent = one.state is SilenceState.SILENT
    return state_cell(speech.say(word_for(one.state)), (State.BAD if silent else State.OK).value, float(silent))


def _samples(zone: str) -> Definition[Sample]:
    return Definition(
        id="samples",
        title=mark("How it did, about every five minutes"),
        columns=(
            moment("at", mark("when"), lambda one: from_micros(one.at), zone, head=True),
            number("unsent", mark("batches that wait"), lambda one: one.unsent, falling=True),
            number("unsealed", mark("records not sealed"), lambda one: one.unsealed, falling=True),
            made("clock", mark("clock offset"), _sample_clock, Kind.NUMBER),
            number("down", mark("devices away"), lambda one: one.devices_down, falling=True),
        ),
        empty=Empty(mark("Nothing is known yet."), mark("It begins with the agent's first question for news.")),
        page=50,
    )


def _sample_clock(one: Sample, speech: Speech) -> Cell:
    return number_cell(speech, _clock(one), 1, "s")
