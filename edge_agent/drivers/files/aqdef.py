"""Results in AQDEF files; ``traceability.aqdef.reading`` says how they are spelt.

Fields of a result: the K-keys of the part (``K1001``), those of the values (``K0004`` time, ``K0006`` batch without its
``#``, ``K0014`` part id ..., of the first characteristic that has them), and for each characteristic ``value:NAME``,
``time:NAME``, ``size:NAME`` and ``defects:NAME`` (attributive ones), NAME being its number (K2001) or its description
(K2002). A value whose attribute (K0002) is not 0 is no valid value (255: none was measured) and stays empty.
``within_limits`` compares all values with the limits that the file itself states (K2110, K2111): OK, NOT_OK,
NOT_DECIDABLE when a value is missing, UNDEFINED when no characteristic has a limit.
"""

from collections.abc import Sequence
from decimal import Decimal

from edge_agent.drivers.files.row import FieldValue, FileFault, Row
from traceability.aqdef.reading import SIZE_IN, Description, Keys, number_of, read_aqdef
from traceability.errors import LimitExceeded, Malformed


def parse_aqdef(content: bytes, encoding: str, description: bytes | None = None) -> tuple[Row, ...]:
    """Every part in a ``.dfq``, or in a ``.dfx`` whose ``.dfd`` is ``description``; FileFault names the line."""
    try:
        found = read_aqdef(content, encoding, description)
    except (Malformed, LimitExceeded) as error:
        raise FileFault(error.where, error.what) from None
    return tuple(Row(number, _fields(found.description, part)) for number, part in enumerate(found.parts, start=1))


def _fields(header: Description, values: Sequence[Keys]) -> dict[str, FieldValue]:
    fields: dict[str, FieldValue] = {**header.part, "within_limits": _within_limits(header, values)}
    for keys in values:
        for key, text in keys.items():
            if key not in ("K0001", "K0002", "K0020", "K0021"):
                fields.setdefault(key, text.removeprefix("#") if key == "K0006" else text)
    for label in ("K2002", "K2001"):
        names = [characteristic.get(label, "") for characteristic in header.characteristics]
        for name, keys in zip(names, values, strict=True):
            if name and names.count(name) == 1:  # a name of two characteristics names neither
                fields |= _characteristic_fields(name, keys)
    return fields


def _characteristic_fields(name: str, keys: Keys) -> dict[str, FieldValue]:
    return {
        f"value:{name}": _valid(keys),
        f"time:{name}": keys.get("K0004"),
        f"size:{name}": _size(keys.get("K0020", "")),
        f"defects:{name}": keys.get("K0021"),
    }


def _valid(keys: Keys) -> Decimal | str | None:
    """The value; text that is no number stays as it is, so that whoever wants a number refuses it."""
    text = keys.get("K0001", "")
    if not text or keys.get("K0002", "0") not in ("", "0"):
        return None
    number = number_of(text)
    return text if number is None else number


def _size(text: str) -> Decimal | str | None:
    """The sample size, which is written in thousandths."""
    number = number_of(text)
    return (text or None) if number is None else (number / SIZE_IN).normalize()


def _within_limits(header: Description, values: Sequence[Keys]) -> str:
    limited, missing, outside = False, False, False
    for characteristic, keys in zip(header.characteristics, values, strict=True):
        low, high = (number_of(characteristic.get(key, "")) for key in ("K2110", "K2111"))
        if low is None and high is None:
            continue
        limited = True
        value = _valid(keys)
        if not isinstance(value, Decimal):
            missing = True
        elif (low is not None and value < low) or (high is not None and value > high):
            outside = True
    if outside:
        return "NOT_OK"
    if missing:
        return "NOT_DECIDABLE"
    return "OK" if limited else "UNDEFINED"
