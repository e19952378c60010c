"""Disputes and missing records in words, with the statements that they rest on."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from hub.store.core.database import Reading
from hub.store.ledger.batches import record_times
from hub.store.master.queries import Master
from hub.store.trace.aliases import AliasRow
from hub.trace.catalogue import Catalogue, part_of_item
from hub.trace.doubt_views import DisputeView, MissingView, StatementView
from hub.trace.expected import expectation
from hub.trace.known import Known
from traceability.genealogy import Dispute, DisputeKind, Link
from traceability.identifier.alias import Dispute as NameDispute
from traceability.identifier.item import ItemKind, parse_item

ALIAS = "alias"
MOST_STATEMENTS = 50
"""More than this nobody reads; the first and the authors' own records say the rest."""

_EXPLANATIONS = {
    DisputeKind.SEVERAL_PARENTS: "one serialised component can't be in several parents at once",
    DisputeKind.CYCLE: "by these records a thing is inside itself",
    DisputeKind.SEVERAL_IN_POSITION: "several records fill one position of one parent, and none says what was removed",
    DisputeKind.SEVERAL_CONTENTS: "one author gave one record id several contents",
}


def dispute_views(
    connection: Reading, known: Known, master: Master, disputes: Iterable[Dispute], items: Collection[str]
) -> tuple[DisputeView, ...]:
    """The disputes of a trace's links, and those about the names of its ``items``; each once."""
    links = list({(each.kind, each.items): each for each in disputes}.values())
    names = known.naming.disputes_about(items)
    told = [said.log_index for each in links for said in each.statements[:MOST_STATEMENTS]]
    told += [row.batch_id for _, rows in names for row in rows[:MOST_STATEMENTS]]
    times = record_times(connection, told)
    views = [_of_links(each, master, times) for each in links]
    views += [_of_names(each, rows, master, times) for each, rows in names]
    return tuple(sorted(views, key=lambda view: (view.items, view.kind)))


def missing_views(
    connection: Reading, catalogue: Catalogue, missing: Mapping[str, list[Link]]
) -> tuple[MissingView, ...]:
    """Units without records, each with the links that name it and with who should have sent something."""
    if not missing:
        return ()
    expected = expectation(connection, catalogue)
    shown = {item: links[:MOST_STATEMENTS] for item, links in missing.items()}
    times = record_times(connection, {link.log_index for links in shown.values() for link in links})
    return tuple(
        MissingView(
            item=item,
            part=catalogue.part(part_of_item(parse_item(item))),
            named_by=tuple(_link_statement(link, catalogue.master, times) for link in shown[item]),
            expected=expected.of(item),
        )
        for item in sorted(missing)
    )


def is_reportable(item: str) -> bool:
    """Whether somebody is expected to send results of ``item``: of units, not of lots of material."""
    return parse_item(item).kind is ItemKind.UNIT


def _of_links(dispute: Dispute, master: Master, times: Mapping[int, datetime]) -> DisputeView:
    return DisputeView(
        kind=dispute.kind,
        explanation=_EXPLANATIONS[dispute.kind],
        items=dispute.items,
        statements=tuple(_link_statement(link, master, times) for link in dispute.statements[:MOST_STATEMENTS]),
    )


def _of_names(
    dispute: NameDispute, rows: tuple[AliasRow, ...], master: Master, times: Mapping[int, datetime]
) -> DisputeView:
    return DisputeView(
        kind=ALIAS,
        explanation=dispute.reason,
        items=dispute.names,
        statements=tuple(_alias_statement(row, master, times) for row in rows[:MOST_STATEMENTS]),
    )


def _link_statement(link: Link, master: Master, times: Mapping[int, datetime]) -> StatementView:
    said = (link.action, link.stated_parent or link.parent, link.stated_child or link.child, link.position)
    where = (link.author, link.record, link.event_time, link.log_index, link.line)
    return _statement(said, where, master, times)


def _alias_statement(row: AliasRow, master: Master, times: Mapping[int, datetime]) -> StatementView:
    where = (row.author, row.record, row.event_time, row.batch_id, row.line)
    return _statement((row.kind, row.one, row.other, None), where, master, times)


def _statement(
    said: tuple[str, str, str, str | None],
    where: tuple[str, str, datetime, int, int],
    master: Master,
    times: Mapping[int, datetime],
) -> StatementView:
    says, one, other, position = said
    author, record, event_time, batch_id, line = where
    entry = master.authors.get(author)
    plant = entry.plant if entry else None
    return StatementView(
        says=says,
        one=one,
        other=other,
        position=position,
        author=author,
        plant=master.plant_named(plant),
        organisation=master.organisation_of(plant),
        record=record,
        event_time=event_time,
        record_time=times[batch_id],
        batch_id=batch_id,
        line=line,
    )
