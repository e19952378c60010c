"""As-built genealogy: links between units and lots, traced over any source of links, as of any time.

A link to a component with its own serial is *certain*; a link to a lot is *potential* (any unit of the lot may be
meant). Nothing wins by arriving first: what can't all be true is kept and marked *disputed*, with the statements that
contradict each other.
"""

from traceability.genealogy.dispute import Dispute, DisputeKind
from traceability.genealogy.endings import Emptied, with_endings
from traceability.genealogy.force import intervals, links_in_force
from traceability.genealogy.link import ADD, DELETE, Direction, Link, LinkKey, LinkSource
from traceability.genealogy.renaming import Renamed, Renaming, RenamingDispute, renamed
from traceability.genealogy.tracing import DEFAULT_TRACE_LIMITS, Trace, TraceLimits, trace

__all__ = [
    "ADD",
    "DEFAULT_TRACE_LIMITS",
    "DELETE",
    "Direction",
    "Dispute",
    "DisputeKind",
    "Emptied",
    "Link",
    "LinkKey",
    "LinkSource",
    "Renamed",
    "Renaming",
    "RenamingDispute",
    "Trace",
    "TraceLimits",
    "intervals",
    "links_in_force",
    "renamed",
    "trace",
    "with_endings",
]
