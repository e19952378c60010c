"""Records that are withheld from whoever looks: on the picture as sealed boxes, in the table with their proof hash."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

import msgspec

from hub.pages.speech import mark
from hub.trace.views import GraphView, SealedView

SEALED_WORDS: Mapping[str, str] = {
    "unit-result": mark("result withheld"),
    "measurements": mark("measurements withheld"),
    "pictures": mark("pictures withheld"),
    "codes": mark("codes withheld"),
    "association": mark("links withheld"),
}
"""Kind of record -> what is said of one that may not be seen."""
LINKS = "association"


class SealedRow(msgspec.Struct, frozen=True):
    """A withheld record about the item that is called ``label``."""

    label: str
    url: str
    words: str
    sealed: SealedView


def sealed_rows(view: GraphView) -> tuple[SealedRow, ...]:
    """Every withheld record of a graph, in the order of its nodes."""
    about = sealed_by_item(view.sealed)
    return tuple(
        SealedRow(node.label, node.url, SEALED_WORDS.get(one.kind, one.kind), one)
        for node in view.nodes
        for one in about.get(node.item, ())
    )


def sealed_by_item(sealed: Iterable[SealedView]) -> dict[str, list[SealedView]]:
    """What is withheld about each item."""
    found: defaultdict[str, list[SealedView]] = defaultdict(list)
    for one in sealed:
        found[one.item].append(one)
    return dict(found)
