"""The plants that can be seen, each with the ways to its pages."""

from hub.page_paths import plant_path
from hub.pages.home_page import State
from hub.pages.level_words import level_name
from hub.pages.speech import Speech, mark
from hub.pages.tables.cells import Cell, state_cell, text_cell
from hub.pages.tables.columns import made, moment, number, share
from hub.pages.tables.define import Definition, Empty, Kind
from hub.suppliers.views import SupplierRow


def plants_table(zone: str) -> Definition[SupplierRow]:
    """One row a plant."""
    return Definition(
        id="plants",
        title=mark("Plants"),
        columns=(
            made("plant", mark("plant"), _named, head=True),
            made("now", mark("line"), _live),
            made("level", mark("Level"), _level, topic="level"),
            share("rty", mark("RTY"), lambda row: row.rolled.value, 2, topic="rty"),
            number("alarms", mark("alarms waiting"), lambda row: row.open_alarms, falling=True),
            made("state", mark("state"), _state, Kind.STATE, falling=True),
            moment("heard", mark("last heard of"), lambda row: row.fresh.last_heard, zone),
        ),
        empty=Empty(mark("No plant can be seen."), mark("Enter one under the organisation, or ask for access.")),
    )


def _named(row: SupplierRow, speech: Speech) -> Cell:
    return text_cell(speech.named(row.plant), url=plant_path(row.plant.id), beside=speech.named(row.organisation))


def _live(row: SupplierRow, speech: Speech) -> Cell:
    return text_cell(speech.say("live line"), url=f"{plant_path(row.plant.id)}/now")


def _level(row: SupplierRow, speech: Speech) -> Cell:
    name = level_name(speech, row.level) if row.rated else speech.say("not rated")
    return text_cell(f"{row.level.name} {name}" if row.rated else name, url=f"{plant_path(row.plant.id)}/level")


def _state(row: SupplierRow, speech: Speech) -> Cell:
    if row.open_alarms:
        text = speech.say_count("%(num)s alarm waits", "%(num)s alarms wait", row.open_alarms)
        return state_cell(text, State.WARNING.value, row.open_alarms, url=f"{plant_path(row.plant.id)}/alarms")
    return state_cell(speech.say("no alarm waits"), State.OK.value, 0)
