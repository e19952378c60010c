"""The words for what can't all be true, what is missing, and how far a recall is."""

from collections.abc import Mapping

from hub.pages.speech import mark
from hub.recall.desk import DETAILING, DONE, FAILED, REACHING
from hub.store.trace.recall_acts import GIVEN_UP
from hub.trace.doubts import ALIAS
from traceability.genealogy import DisputeKind

DISPUTE_WORDS: Mapping[str, str] = {
    DisputeKind.SEVERAL_PARENTS: mark("one serialised component can't be in several parents at once"),
    DisputeKind.CYCLE: mark("by these records a thing is inside itself"),
    DisputeKind.SEVERAL_IN_POSITION: mark("several records fill one position, and none says what was removed"),
    DisputeKind.SEVERAL_CONTENTS: mark("one author gave one record id several contents"),
    ALIAS: mark("names that can't all mean one thing"),
}
RECALL_STATES: Mapping[str, str] = {
    REACHING: mark("still following links"),
    DETAILING: mark("still counting customers and parts"),
    DONE: mark("complete"),
    FAILED: mark("failed"),
    GIVEN_UP: mark("given up"),
}
