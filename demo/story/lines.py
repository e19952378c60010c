"""The three lines of the demo. The companies are invented."""

from demo.story.oem import OEM
from demo.story.shape import Line
from demo.story.supplier_a import SUPPLIER_A
from demo.story.supplier_b import SUPPLIER_B

LINES: dict[str, Line] = {line.name: line for line in (SUPPLIER_A, SUPPLIER_B, OEM)}

DEFAULT_SEED = 7
"""With it every key characteristic is in control over 200 units, which one story in thirty is not."""
