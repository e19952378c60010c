"""Affected items as they are kept: three arrays for each stretch, numbers in place of names."""

from collections.abc import Iterator
from itertools import islice

import msgspec
import numpy as np

from hub.recall.affected import Found
from hub.recall.reach import Reached
from hub.store.core.database import Reading, Writing
from hub.store.trace.numbers import give_numbers, names_of
from hub.store.trace.recalls import PartRow, parts_from, put_part

STRETCH = 65_536


class Piece(msgspec.Struct, frozen=True):
    """Part of a level."""

    first: int
    reached: Reached


def pieces(levels: Iterator[Reached]) -> Iterator[Piece]:
    """The levels in stretches that are written, and shown, as soon as they are there."""
    position = 0
    for level in levels:
        for begin in range(0, len(level.items), STRETCH):
            part = level.items[begin : begin + STRETCH]
            yield Piece(position, Reached(level.depth, part, level.marks[begin : begin + STRETCH]))
            position += len(part)


def keep(connection: Writing, recall: str, piece: Piece) -> int:
    """Write a piece; the position after it."""
    reached = piece.reached
    if isinstance(reached.items, np.ndarray):
        numbers = reached.items
    else:
        number = give_numbers(connection, reached.items)
        numbers = np.array([number[name] for name in reached.items], np.int32)
    part = PartRow(
        first=piece.first,
        size=len(numbers),
        numbers=numbers.astype("<i4").tobytes(),
        depths=bytes([reached.depth]) * len(numbers),
        marks=reached.marks,
    )
    put_part(connection, recall, part)
    return piece.first + part.size


def found_from(connection: Reading, recall: str, position: int, limit: int) -> list[Found]:
    """At most ``limit`` affected items from ``position`` on."""
    places = list(islice(_numbered(connection, recall, position), limit))
    names = names_of(connection, {number for number, _, _ in places})
    return [Found(names[number], depth, mark) for number, depth, mark in places]


def _numbered(connection: Reading, recall: str, position: int) -> Iterator[tuple[int, int, int]]:
    for part in parts_from(connection, recall, position):
        begin = max(0, position - part.first)
        numbers = np.frombuffer(part.numbers, "<i4")[begin:].tolist()
        yield from zip(numbers, part.depths[begin:], part.marks[begin:], strict=True)
