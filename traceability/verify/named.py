"""What records name beyond the one item that they are about: components, other names, what was packed and sent."""

from collections.abc import Iterator, Sequence

from traceability.catenax.identity import subject_of
from traceability.catenax.mapping import links_of_bom, links_of_usage
from traceability.catenax.reading import content_of, kind_of_model, linked_items
from traceability.epcis.event_links import Nature, event_links, identity_of, transformation_parts
from traceability.epcis.stored import mentioned, stored_event
from traceability.errors import ZhuoyueError
from traceability.event.event import Event, TransformationEvent
from traceability.identifier.alias import alias_name
from traceability.record.catenax import AspectRecord
from traceability.record.codec import AnyRecord
from traceability.record.epcis import EventRecord
from traceability.record.identity import AliasRecord, ReidentificationRecord
from traceability.record.logistics import PackingRecord, ShipmentRecord
from traceability.record.production import AssociationRecord


def things_named(record: AnyRecord) -> set[str]:
    """Canonical identities of everything that the record names as a thing."""
    if isinstance(record, AssociationRecord):
        return {record.parent, *(part.item for part in record.components)}
    if isinstance(record, ShipmentRecord):
        return {name for item in record.items for name in (item.item, item.inside) if name is not None}
    if isinstance(record, PackingRecord):
        inner = {name for item in record.items for name in (item.item, item.inside) if name is not None}
        return inner | {record.container}
    if isinstance(record, EventRecord):
        found = mentioned("".join(record.event))
        return {name for name in map(identity_of, (*found.epcs, *found.classes)) if name is not None}
    if isinstance(record, AspectRecord):
        return {name for name in (record.subject, record.item, *_linked(record)) if name is not None}
    return set(names_joined(record) or ())


def names_joined(record: AnyRecord) -> tuple[str, str] | None:
    """The two names that a record says are of one thing."""
    if isinstance(record, AliasRecord):
        return alias_name(record.one), alias_name(record.other)
    if isinstance(record, ReidentificationRecord):
        return alias_name(record.before), alias_name(record.after)
    if isinstance(record, AspectRecord) and record.item is not None:
        return record.item, record.subject
    return None


def links_stated(records: Sequence[AnyRecord]) -> Iterator[tuple[str, str]]:
    """Parent and child of every link, also of those that several events tell together."""
    inputs: dict[str, list[str]] = {}
    outputs: dict[str, list[str]] = {}
    for record in records:
        if isinstance(record, AssociationRecord):
            yield from ((record.parent, part.item) for part in record.components)
        elif isinstance(record, AspectRecord):
            yield from _aspect_links(record)
        elif (event := _event(record)) is not None:
            yield from ((link.parent, link.child) for link in event_links(event) if link.child is not None)
            for part in transformation_parts(event) if isinstance(event, TransformationEvent) else ():
                (outputs if part.output else inputs).setdefault(part.transformation, []).append(part.thing)
    for transformation, made in outputs.items():
        yield from ((parent, child) for parent in made for child in inputs.get(transformation, ()))


def packings_stated(record: AnyRecord) -> Iterator[tuple[str, str]]:
    """What was packed, and into what."""
    if isinstance(record, PackingRecord):
        yield from ((item.item, item.inside or record.container) for item in record.items)
    elif isinstance(record, ShipmentRecord):
        yield from ((item.item, item.inside) for item in record.items if item.inside is not None)
    elif (event := _event(record)) is not None:
        packed = (link for link in event_links(event) if link.nature is Nature.CONTAINER)
        yield from ((link.child, link.parent) for link in packed if link.child is not None)


def _event(record: AnyRecord) -> Event | None:
    return stored_event("".join(record.event)) if isinstance(record, EventRecord) else None


def _linked(record: AspectRecord) -> list[str]:
    kind = kind_of_model(record.model)
    if kind is None:
        return []
    return [subject_of(each.catena_x_id) for each in linked_items(content_of("".join(record.content), kind))[1]]


def _aspect_links(record: AspectRecord) -> Iterator[tuple[str, str]]:
    kind = kind_of_model(record.model)
    try:
        aspect = None if kind is None else content_of("".join(record.content), kind)
    except (ZhuoyueError, ValueError):
        return
    name = "" if aspect is None else linked_items(aspect)[0]
    if aspect is not None and name:
        links = links_of_bom(aspect) if name == "childItems" else links_of_usage(aspect)  # type: ignore[arg-type]
        yield from ((subject_of(link.parent), subject_of(link.child)) for link in links)
