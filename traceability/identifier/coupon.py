"""Structure of North American coupon codes, application identifiers 8110 and 8112.

Sources: GS1 US, North American Coupon Application Guideline Using GS1 DataBar Expanded Symbols; GS1 AI (8112) Coupon
Data Specification. Only what the digits themselves tell is checked.
"""

from collections.abc import Callable

from traceability.identifier.characters import DIGITS

_SIX_MORE = 6  # length indicators of prefixes and serials count from six
_NONE = "9"


class _Fault(Exception):
    """Where the digits stop making sense."""


class _Reader:
    """Digits, taken from the left; each name stands in the message when they are not as it needs them."""

    def __init__(self, digits: str) -> None:
        self._digits = digits
        self._at = 0

    def at_end(self) -> bool:
        return self._at == len(self._digits)

    def begins(self, mark: str) -> bool:
        """Whether an optional field with this mark comes; the mark is taken."""
        found = self._digits.startswith(mark, self._at)
        self._at += len(mark) if found else 0
        return found

    def take(self, count: int, name: str) -> str:
        taken = self._digits[self._at : self._at + count]
        if len(taken) < count:
            raise _Fault(f"ends within its {name}")
        self._at += count
        return taken

    def choice(self, allowed: str, name: str) -> str:
        taken = self.take(1, name)
        if taken not in allowed:
            raise _Fault(f"has {taken} for its {name}, which is one of {', '.join(allowed)}")
        return taken

    def sized(self, allowed: str, name: str, more: int = 0) -> str:
        """A field behind its length indicator; ``9`` where it is allowed stands for no field."""
        length = self.choice(allowed, f"{name} length")
        if length == _NONE and len(allowed) < 10:
            return ""
        return self.take(int(length) + more, name)

    def date(self, name: str) -> str:
        taken = self.take(6, name)
        month, day = int(taken[2:4]), int(taken[4:])
        longest = {2: 29 if int(taken[:2]) % 4 == 0 else 28, 4: 30, 6: 30, 9: 30, 11: 30}.get(month, 31)
        if not 1 <= month <= 12 or not 1 <= day <= longest:
            raise _Fault(f"has {taken} for its {name}, which is no date")
        return taken


def coupon_fault(text: str) -> str:
    """What is wrong with the structure of an 8110 coupon code, or an empty text."""
    return _fault(text, _read_coupon)


def offer_fault(text: str) -> str:
    """What is wrong with the structure of an 8112 coupon code, or an empty text."""
    return _fault(text, _read_offer)


def _fault(text: str, read: Callable[[_Reader], None]) -> str:
    if not DIGITS.issuperset(text):
        return "holds something other than digits"
    reader = _Reader(text)
    try:
        read(reader)
    except _Fault as fault:
        return str(fault)
    return "" if reader.at_end() else "has digits behind its last field"


def _read_coupon(reader: _Reader) -> None:
    reader.sized("0123456", "company prefix", _SIX_MORE)
    reader.take(6, "offer code")
    reader.sized("12345", "save value")
    _purchase(reader, "first purchase")
    if reader.begins("1"):
        reader.choice("0123", "additional purchase rules")
        _purchase(reader, "second purchase")
        reader.sized("01234569", "second company prefix", _SIX_MORE)
    if reader.begins("2"):
        _purchase(reader, "third purchase")
        reader.sized("01234569", "third company prefix", _SIX_MORE)
    _validity(reader)
    if reader.begins("5"):
        reader.sized("0123456789", "serial number", _SIX_MORE)
    if reader.begins("6"):
        reader.sized("1234567", "retailer", _SIX_MORE)
    if reader.begins("9"):
        reader.choice("01256", "save value code")
        reader.choice("012", "item that the save value applies to")
        reader.take(1, "store coupon flag")
        reader.choice("01", "flag against multiplying")


def _purchase(reader: _Reader, name: str) -> None:
    reader.sized("12345", f"{name} requirement")
    reader.choice("012349", f"{name} requirement code")
    reader.take(3, f"{name} family code")


def _validity(reader: _Reader) -> None:
    end = reader.date("expiration date") if reader.begins("3") else ""
    start = reader.date("start date") if reader.begins("4") else ""
    if end and start > end:
        raise _Fault("expires before it starts")


def _read_offer(reader: _Reader) -> None:
    reader.choice("01", "format")
    reader.sized("0123456", "funder", _SIX_MORE)
    reader.take(6, "offer code")
    reader.sized("0123456789", "serial number", _SIX_MORE)
