"""The camera of an assembly station: real pictures of real labels, one file per position and cycle.

Taking a cycle's pictures again (the controller was restarted) gives the same ones. The finished unit bears a QR code
with its Digital Link, components bear GS1 DataMatrix codes.
"""

import asyncio
from pathlib import Path
from random import Random

import numpy as np

from demo.labels import LabelContent, gs1_label, qr_label, render, write_png
from demo.stock import Shipped
from traceability.identifier.item import unit_uri

OWN = "unit"  # the position of the unit itself
DIFFICULTY = 0.4  # 0 is a good station, 1 a bad one


class LabelCamera:
    """Writes ``{station}-{cycle:08d}-{position}.png`` into a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def shoot(self, station: str, cycle: int, labels: dict[str, Shipped], ruined: str | None) -> None:
        """One picture per position; the one of ``ruined`` can be read by nobody."""
        self._folder.mkdir(exist_ok=True)
        async with asyncio.TaskGroup() as shots:
            for position, unit in labels.items():
                name = f"{station}-{cycle:08d}-{position}.png"
                shots.create_task(asyncio.to_thread(self._take, name, _label(position, unit), position == ruined))

    def _take(self, name: str, label: LabelContent, ruined: bool) -> None:
        chance = np.random.default_rng(Random(name).getrandbits(64))
        write_png(self._folder / name, render(label, chance, DIFFICULTY, ruined=ruined))


def _label(position: str, unit: Shipped) -> LabelContent:
    if position == OWN:
        return qr_label(unit_uri(unit.gtin, unit.serial), caption=(unit.serial,))
    return gs1_label([("01", unit.gtin, True), ("21", unit.serial, False)])
