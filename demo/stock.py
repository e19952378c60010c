"""Goods between companies: append-only files of what was shipped, one JSON line per unit.

Only the shipping line writes a file; whoever takes goods reads the lines that are complete.
"""

from pathlib import Path

import msgspec


class Shipped(msgspec.Struct, frozen=True):
    """A unit as it lies in the stock."""

    gtin: str
    serial: str


class Stock:
    """One kind of goods in the data folder."""

    def __init__(self, folder: Path, kind: str) -> None:
        self._path = folder / f"stock-{kind}.jsonl"
        self._known: list[Shipped] = []

    def put(self, unit: Shipped) -> None:
        """Ship a unit; shipping the same one again (after a restart) changes nothing."""
        if unit in self.units():
            return
        with self._path.open("ab") as file:
            file.write(msgspec.json.encode(unit) + b"\n")

    def units(self) -> list[Shipped]:
        """All units shipped so far, in order; a line half written is left for later."""
        if not self._path.exists():
            return []
        lines = self._path.read_bytes().split(b"\n")[:-1]
        self._known += [msgspec.json.decode(line, type=Shipped) for line in lines[len(self._known) :]]
        return list(self._known)

    def unit(self, index: int) -> Shipped | None:
        """The unit at ``index`` (from 0), or None while it has not been shipped."""
        if index >= len(self._known):
            self.units()
        return self._known[index] if index < len(self._known) else None
