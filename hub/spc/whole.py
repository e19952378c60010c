"""Everything that a plant is told of one of its own characteristics at once."""

from datetime import datetime

import msgspec

from hub.spc.standing import decisions, own_of
from hub.spc.strata import Strata, strata
from hub.spc.views import OwnChart
from hub.store.core.database import Reading
from hub.suppliers.asked import Chart, Rules, Subject
from hub.suppliers.whole import Whole, whole


class OwnWhole(msgspec.Struct, frozen=True, kw_only=True):
    """What everybody is told who may see it, by the plant's own limits; stations and tools beside each other."""

    own: OwnChart
    every: Whole
    beside: Strata


def own_whole(connection: Reading, subject: Subject, chart: Chart | None, rules: Rules, now: datetime) -> OwnWhole:
    """All of it from one state of the store."""
    decided = decisions(connection, subject)
    every = whole(connection, subject, chart, rules, now, decided.of)
    return OwnWhole(own=own_of(every.drawn, decided), every=every, beside=strata(connection, subject))
