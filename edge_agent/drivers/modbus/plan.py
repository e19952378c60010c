"""Which reads a set of Modbus points takes; pure.

Points of one table merge into blocks of at most 125 registers (or as many as the profile says the device gives) or
2000 bits (Modbus Application Protocol 1.1b3, 6.1 and 6.3). A block reads over a gap of up to ``max_gap`` addresses,
because a request costs far more than a register, but never over an address that the profile forbids. A point is never
divided.
"""

from collections.abc import Sequence

import msgspec

from firmware_profiles.format import Forbidden, Layout, Point, Table, span

MAX_REGISTERS = 125
MAX_BITS = 2000
_MOST_PLANS = 64


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """One read request: ``count`` addresses of ``table`` from ``first``, and the points inside."""

    table: Table
    first: int
    count: int
    points: tuple[Point, ...]


class ReadPlans:
    """The plans of one device, each made once: a station reads the same points many times a second."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._made: dict[tuple[int, ...], tuple[tuple[Point, ...], tuple[Block, ...]]] = {}

    def of(self, points: Sequence[Point]) -> tuple[Block, ...]:
        """``plan_reads`` of these points."""
        key = tuple(map(id, points))  # the plan keeps its points, so no other point can have their ids
        found = self._made.get(key)
        if found is None:
            if len(self._made) >= _MOST_PLANS:
                self._made.clear()
            found = self._made[key] = (tuple(points), plan_reads(points, self._layout))
        return found[1]


def plan_reads(points: Sequence[Point], layout: Layout) -> tuple[Block, ...]:
    """The fewest blocks that hold every point, in order of table and address."""
    blocks: list[Block] = []
    for table in Table:
        here = [point for point in points if point.table is table]
        for point in sorted(here, key=lambda point: (point.address or 0, span(point))):
            joined = _join(blocks[-1], point, layout) if blocks and blocks[-1].table is table else None
            if joined is None:
                blocks.append(Block(table=table, first=point.address or 0, count=span(point), points=(point,)))
            else:
                blocks[-1] = joined
    return tuple(blocks)


def _join(block: Block, point: Point, layout: Layout) -> Block | None:
    end = block.first + block.count
    start = point.address or 0
    count = max(end, start + span(point)) - block.first
    limit = MAX_BITS if block.table in (Table.COIL, Table.DISCRETE) else min(MAX_REGISTERS, layout.max_registers)
    if count > limit or start - end > layout.max_gap or _forbidden(layout.forbidden, block.table, end, start):
        return None
    return msgspec.structs.replace(block, count=count, points=(*block.points, point))


def _forbidden(gaps: Sequence[Forbidden], table: Table, first: int, end: int) -> bool:
    return any(gap.table is table and gap.first < end and gap.last >= first for gap in gaps)
