"""A number that a device counts up by one for every result: what is missing shows as a jump. Pure."""

from edge_agent.drivers.interface import Gap


class Count:
    """Remembers the last number, also over a new connection, so that an outage shows too.

    ``largest`` is where the device's number starts anew (at 0 or 1), None when it never does.
    """

    def __init__(self, largest: int | None = None) -> None:
        self._largest = largest
        self._last: int | None = None
        self.gaps = 0
        self.missing = 0

    def see(self, number: int) -> Gap | None:
        """The gap before ``number``; None when there is none, when it is the first one, or the last one again."""
        last, self._last = self._last, number
        if last is None or number == last:
            return None
        if number < last:
            return self._back(last, number)
        return self._jump(last + 1, number - 1, "the device's count jumped") if number > last + 1 else None

    def _back(self, last: int, number: int) -> Gap | None:
        if self._largest is not None and last > self._largest // 2 > number:  # went round
            lost = self._largest - last + max(0, number - 1)
            return None if lost <= 0 else self._count(Gap(count=lost, reason="the device's count jumped at its turn"))
        reason = f"the device's count went back from {last} to {number}: how many are missing cannot be known"
        return self._count(Gap(count=0, reason=reason))

    def _jump(self, first: int, last: int, reason: str) -> Gap:
        return self._count(Gap(count=last - first + 1, first=first, last=last, reason=reason))

    def _count(self, gap: Gap) -> Gap:
        self.gaps += 1
        self.missing += gap.count
        return gap
