"""Which components fail in the field: claims that name one, of the units made in the same twelve months.

A unit counts once for each component that was found at fault in it. Units that claims name and that were not accepted
in these months are counted beside, and so are claims that name no component: nothing is left out silently.
"""

from collections import defaultdict
from datetime import date, datetime

import msgspec

from hub.errors import NotFound
from hub.metric.asked import asked_for
from hub.metric.yields import made_ok
from hub.named import Named, unnamed
from hub.store.core.database import Reading
from hub.store.master.queries import PartEntry, part_name, parts_named, read_master
from hub.store.quality.field import field_failures
from hub.trace.catalogue import part_of_item
from traceability.errors import IdentifierRefused
from traceability.identifier.item import parse_item
from traceability.quality.intervals import Interval, clopper_pearson
from traceability.quality.window import Window, year_to
from traceability.record.metric import MetricName, MetricReference

MOST_COMPONENTS = 50


class ComponentView(msgspec.Struct, frozen=True, kw_only=True):
    """One component in one part: ``failed`` of ``made`` units, with the exact 95 % interval of the share."""

    part: Named
    component: Named
    modes: tuple[str, ...]
    failed: int
    made: int
    share: float | None
    interval: Interval | None
    elsewhere: int
    """Further units with such a claim that were not accepted here in these months."""
    first_claim: date
    last_claim: date


class ComponentList(msgspec.Struct, frozen=True, kw_only=True):
    """Components by how many units they failed in; ``unnamed`` are claims that name none."""

    window: Window
    claims: int
    unnamed: int
    left_out: int
    """Components beyond the first ``MOST_COMPONENTS``."""
    components: tuple[ComponentView, ...]


class _Claims(msgspec.Struct):
    units: set[str] = msgspec.field(default_factory=set)
    modes: set[str] = msgspec.field(default_factory=set)
    days: list[date] = msgspec.field(default_factory=list)


def components(connection: Reading, plant: str, now: datetime) -> ComponentList:
    """Of the units accepted in the last twelve months; ``NotFound``."""
    if plant not in read_master(connection).plants:
        raise NotFound(f"there is no plant {plant[:100]!r}", advice="/api/v1/plants lists them")
    reference = MetricReference(metric=MetricName.FIELD_FAILURE_SHARE, plant=plant)
    asked = asked_for(connection, reference, [Window(now.date(), now.date())], now)
    window = year_to(now.astimezone(asked.zone).date())
    asked = asked_for(connection, reference, [window], now)
    every = field_failures(connection, [plant])
    found: defaultdict[tuple[str, str], _Claims] = defaultdict(_Claims)
    for one in every:
        if one.component:
            known = found[part_of_item(parse_item(one.unit)), _part_of(one.component)]
            known.units.add(one.unit)
            known.modes |= {one.mode} - {""}
            known.days.append(one.failed_on)
    made = made_ok(asked, set()).by_part[0]
    ordered = sorted(found.items(), key=lambda pair: (-len(pair[1].units), pair[0]))
    named = parts_named(connection, {name for pair in found for name in pair})
    return ComponentList(
        window=window,
        claims=len(every),
        unnamed=sum(not one.component for one in every),
        left_out=max(0, len(ordered) - MOST_COMPONENTS),
        components=tuple(
            _view(key, claims, len(made_ok(asked, claims.units).failed[0]), made[key[0]], named)
            for key, claims in ordered[:MOST_COMPONENTS]
        ),
    )


def _part_of(component: str) -> str:
    """The part of what was found at fault; its own name where it is no identity."""
    try:
        return part_of_item(parse_item(component))
    except IdentifierRefused:
        return component


def _view(key: tuple[str, str], claims: _Claims, failed: int, made: int, named: dict[str, PartEntry]) -> ComponentView:
    part, component = key
    within = min(failed, made)
    return ComponentView(
        part=part_name(named, part),
        component=part_name(named, component) if component in named else unnamed(component),
        modes=tuple(sorted(claims.modes)),
        failed=within,
        made=made,
        share=within / made if made else None,
        interval=clopper_pearson(within, made) if made else None,
        elsewhere=len(claims.units) - within,
        first_claim=min(claims.days),
        last_claim=max(claims.days),
    )
