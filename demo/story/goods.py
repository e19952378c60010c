"""What is made and consumed, under the GTIN prefix (950 6000) that GS1 keeps for demonstrations."""

from traceability.identifier.gs1 import check_digit

DEMONSTRATION_PREFIX = "09506000"


def _gtin(item_reference: str) -> str:
    body = DEMONSTRATION_PREFIX + item_reference
    return body + check_digit(body)


HOUSING = _gtin("10010")
CONTROLLER = _gtin("20010")
DRIVE_UNIT = _gtin("30010")
SOLDER_PASTE = _gtin("20910")


def serial_of(letter: str, index: int) -> str:
    """The serial of the unit with that index (from 0): ``H-000001``."""
    return f"{letter}-{index + 1:06d}"
