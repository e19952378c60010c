"""Agents as a table: state, version, what waits there, clock, devices, losses and keys."""

from hub.fleet.lines import LineRow
from hub.fleet.views import Freshness
from hub.pages.fleet_words import KEY_ORIGINS
from hub.pages.home_page import AGENT_STATES, State
from hub.pages.speech import Speech, mark
from hub.pages.tables.cells import EMPTY, Cell, number_cell, state_cell, text_cell
from hub.pages.tables.columns import made, moment
from hub.pages.tables.define import Column, Definition, Empty, Kind
from hub.pages.words import word_for
from traceability.picture import SendPolicy

SHORT_HASH = 12
_RANK = {Freshness.FRESH: 0, Freshness.LATE: 1, Freshness.NEVER: 2, Freshness.SILENT: 3}
_REVOKED, _CLONE = 5, 4


def short_hash(text: str | None) -> str:
    """The beginning of a hash, as people compare it."""
    return "" if not text else text.removeprefix("sha256:")[:SHORT_HASH]


def fleet_table(zone: str) -> Definition[LineRow]:
    """Every agent in a line; times by the clock of ``zone``."""
    return Definition(
        id="agents",
        title=mark("Agents"),
        columns=(
            made("agent", mark("agent"), _name, head=True),
            made("state", mark("state"), lambda row, s: state_of(row, s, zone), Kind.STATE, falling=True),
            moment("heard", mark("last heard of"), lambda row: row.heard, zone, shown=False),
            made("version", mark("version"), _version, topic="config-hash"),
            Column(id="config", title=mark("configuration hash"), cell=_config, shown=False),
            made("waiting", mark("outbox"), _waiting, Kind.NUMBER, topic="outbox", falling=True),
            made("clock", mark("clock offset"), _clock, Kind.NUMBER, topic="clock-offset", falling=True),
            made("devices", mark("devices"), _devices, Kind.STATE, falling=True),
            made("losses", mark("gaps and losses"), _losses, Kind.NUMBER, topic="losses-declared", falling=True),
            made("key", mark("key"), lambda row, s: _key(row, s, zone), falling=True),
        ),
        empty=Empty(mark("No agent is known yet."), mark("Make a token under Enrolment and enter it on the line PC.")),
    )


def state_of(row: LineRow, speech: Speech, zone: str) -> Cell:
    """One word, the worst first: revoked, used twice, silent, late, fresh."""
    heard = "" if row.heard is None else speech.moment(row.heard, zone)[:16]
    if row.revoked_at is not None:
        return state_cell(speech.say("key revoked"), State.BAD.value, _REVOKED, beside=row.revoked)
    if row.clone_at is not None:
        return state_cell(speech.say("key used by two machines"), State.BAD.value, _CLONE, beside=heard)
    state = Freshness.SILENT if row.silent_since is not None else row.state
    return state_cell(speech.say(word_for(state)), AGENT_STATES[state].value, _RANK[state], beside=heard)


def _name(row: LineRow, speech: Speech) -> Cell:
    plant = speech.named(row.plant) if row.plant is not None else speech.say("of no plant")
    return text_cell(row.author, url=row.url, beside=plant, key=row.author)


def _version(row: LineRow, speech: Speech) -> Cell:
    if row.version is None:
        return EMPTY
    refused = speech.say("refused the plant's last message") if row.refused else ""
    return text_cell(row.version, beside=refused or short_hash(row.config))


def _config(row: LineRow, _speech: Speech) -> Cell:
    return text_cell(row.config or "", code=True)


def _waiting(row: LineRow, speech: Speech) -> Cell:
    if row.unsent is None:
        return EMPTY
    beside = [speech.say_count("%(num)s record not sealed", "%(num)s records not sealed", row.unsealed or 0)]
    if waiting := waiting_pictures(row, speech):
        beside.append(waiting)
    return number_cell(speech, row.unsent, beside=speech.list(beside))


def waiting_pictures(row: LineRow, speech: Speech) -> str:
    """Files of pictures that wait at the agent; empty where it sends none and holds none back."""
    said = row.pictures
    if said is None or (said.policy is SendPolicy.NONE and not said.waiting):
        return ""
    return speech.say_count("%(num)s picture waits", "%(num)s pictures wait", said.waiting)


def _clock(row: LineRow, speech: Speech) -> Cell:
    if row.clock_ahead_ms is None:
        return EMPTY
    seconds = row.clock_ahead_ms / 1000
    cell = number_cell(speech, seconds, 1, "s", beside=speech.say("look at its clock") if row.clock_is_off else "")
    return Cell(text=cell.text, sort=abs(seconds), raw=cell.raw, uom=cell.uom, beside=cell.beside)


def _devices(row: LineRow, speech: Speech) -> Cell:
    if not row.devices:
        return EMPTY
    down = row.devices_down or 0
    if not down:
        text = speech.say_count("%(num)s connected", "%(num)s connected", row.devices)
        return state_cell(text, State.OK.value, 0)
    text = speech.say("%(down)s of %(all)s away", down=speech.count(down), all=speech.count(row.devices))
    return state_cell(text, State.BAD.value, float(down), beside=row.device_error)


def _losses(row: LineRow, speech: Speech) -> Cell:
    parts = [
        (row.lost, speech.say("items lost")),
        (row.forks, speech.say("forks")),
        (row.quarantined, speech.say("quarantined")),
    ]
    beside = speech.list(f"{speech.count(number)} {word}" for number, word in parts if number)
    return number_cell(speech, row.losses, beside=beside, url=f"{row.url}#losses" if row.losses else None)


def _key(row: LineRow, speech: Speech, zone: str) -> Cell:
    if row.key_since is None:
        return EMPTY
    since = speech.day(row.key_since, zone)
    return Cell(
        text=speech.say("since %(day)s", day=since),
        sort=row.key_since.timestamp(),
        raw=row.key_since,
        beside=speech.say(KEY_ORIGINS.get(row.key_origin, row.key_origin)),
    )
