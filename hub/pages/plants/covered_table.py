"""How far something could be held against master data, and what to do where it could not."""

from collections.abc import Iterable, Sequence

from hub.page_paths import master_kind_path
from hub.pages.home_page import State
from hub.pages.speech import Speech, mark
from hub.pages.tables.cells import EMPTY, Cell, state_cell, text_cell
from hub.pages.tables.columns import made, number
from hub.pages.tables.define import Definition, Empty, Filled
from hub.planned.covered import Aspect, Covered, Extent

ASPECTS = {
    Aspect.COMPONENTS: mark("components"),
    Aspect.RECIPES: mark("recipes"),
    Aspect.TOOLS: mark("tools"),
    Aspect.DEFECT_CODES: mark("defect codes"),
}
EXTENTS = {
    Extent.COMPARED: (mark("compared"), State.OK, 0),
    Extent.IN_PART: (mark("compared in part"), State.WARNING, 1),
    Extent.NOT_PLANNED: (mark("nothing planned to compare with"), State.WARNING, 2),
    Extent.NOT_RECORDED: (mark("nothing recorded to compare"), State.NEUTRAL, 3),
}
_KINDS = {
    Aspect.COMPONENTS: "bom",
    Aspect.RECIPES: "recipe",
    Aspect.TOOLS: "tool",
    Aspect.DEFECT_CODES: "defect-code",
}
_ENTER = {
    Aspect.COMPONENTS: mark(
        "No bill of material that you may see held on those days. Whoever runs the hub enters one in the master data, "
        "with the part, its components and the company whose bill it is."
    ),
    Aspect.RECIPES: mark(
        "Master data list no recipe of this plant for those days. Whoever runs the hub enters them in the master data."
    ),
    Aspect.TOOLS: mark(
        "Master data list no tool of this plant for those days. Whoever runs the hub enters them in the master data."
    ),
    Aspect.DEFECT_CODES: mark(
        "No list of defect codes that you may see held on those days. Whoever runs the hub enters one in the master "
        "data, with the company whose list it is."
    ),
}
_RECORD = {
    Aspect.COMPONENTS: mark("No record says that anything was built or done."),
    Aspect.RECIPES: mark("No result names a recipe: the station's agent has to read it and record it."),
    Aspect.TOOLS: mark("No result names a tool: the station's agent has to read it and record it."),
    Aspect.DEFECT_CODES: mark("No result names a defect."),
}
EVERY_LISTED = Empty(mark("Every defect of the period is in the list."))
DIFFERS_NOT = Empty(mark("Nothing differs from the plan in what was compared."))
NOT_COMPARED = Empty(
    mark("Nothing could be compared with a plan."), mark("What is missing, and how it is entered, is told below.")
)


def without_findings(covered: Iterable[Covered]) -> Empty:
    """What a table of differences says where there are none."""
    return DIFFERS_NOT if any(one.any_compared for one in covered) else NOT_COMPARED


def without_unlisted(covered: Iterable[Covered]) -> Empty:
    """What the table of defects that are no codes says where there are none."""
    extent = next(one.extent for one in covered if one.aspect is Aspect.DEFECT_CODES)
    if extent in (Extent.COMPARED, Extent.IN_PART):
        return EVERY_LISTED
    return Empty((_RECORD if extent is Extent.NOT_RECORDED else _ENTER)[Aspect.DEFECT_CODES])


def covered_table(covered: Sequence[Covered]) -> Filled:
    """A line an aspect."""
    return Filled(COVERED, covered)


def _aspect(one: Covered, speech: Speech) -> Cell:
    return text_cell(speech.say(ASPECTS[one.aspect]), url=master_kind_path(_KINDS[one.aspect]))


def _extent(one: Covered, speech: Speech) -> Cell:
    word, state, rank = EXTENTS[one.extent]
    return state_cell(speech.say(word), state.value, rank)


def _to_do(one: Covered, speech: Speech) -> Cell:
    if one.extent is Extent.COMPARED:
        return EMPTY
    return text_cell(speech.say((_RECORD if one.extent is Extent.NOT_RECORDED else _ENTER)[one.aspect]))


COVERED: Definition[Covered] = Definition(
    id="covered",
    title=mark("What was compared"),
    columns=(
        made("aspect", mark("what"), _aspect, head=True),
        made("extent", mark("how far"), _extent),
        number("compared", mark("with a plan"), lambda one: one.compared),
        number("not_planned", mark("without one"), lambda one: one.not_planned),
        made("to_do", mark("what is missing"), _to_do),
    ),
    empty=NOT_COMPARED,
)
