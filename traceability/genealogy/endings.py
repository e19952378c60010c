"""Statements that part a whole from everything in it, without naming the parts (EPCIS 2.0, 7.4.2 and 7.4.6).

They end every link that holds then, whatever is told later of what that was; what is joined afterwards stays.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime

import msgspec

from traceability.genealogy.link import DELETE, Link, LinkKey


class Emptied(msgspec.Struct, frozen=True, kw_only=True):
    """``parent`` was parted from all of its children; the other fields as in ``Link``."""

    parent: str
    event_time: datetime
    author: str
    chain: str
    seq: int
    record: str = ""
    log_index: int = 0
    line: int = 0
    erroneous: bool = False


def with_endings(links: Iterable[Link], emptied: Iterable[Emptied]) -> Iterator[Link]:
    """``links``, and the DELETE of each of them for every time that its parent was emptied."""
    told: defaultdict[str, list[Emptied]] = defaultdict(list)
    for each in emptied:
        told[each.parent].append(each)
    ended: set[LinkKey] = set()
    for link in links:
        yield link
        if link.parent in told and link.key not in ended:
            ended.add(link.key)
            yield from (_ending(link, each) for each in told[link.parent])


def _ending(link: Link, emptied: Emptied) -> Link:
    return Link(
        parent=link.parent,
        child=link.child,
        position=link.position,
        certain=link.certain,
        action=DELETE,
        event_time=emptied.event_time,
        author=emptied.author,
        chain=emptied.chain,
        seq=emptied.seq,
        record=emptied.record,
        log_index=emptied.log_index,
        line=emptied.line,
        erroneous=emptied.erroneous,
    )
