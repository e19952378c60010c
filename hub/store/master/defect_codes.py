"""What master data call a defect: the names, group and severity of its code, as they held when it was recorded.

The code itself always stays: it is what the station said. A code that the list of that time does not hold is told as
such; where master data hold no list of that time, nothing can be said about it. A company that has a list of its own
goes by it alone; the others by the list that names no company.
"""

from collections.abc import Mapping
from datetime import date

import msgspec

from hub.named import Named
from hub.store.core.database import Reading
from hub.store.core.memo import once
from hub.store.master.versions import StoredVersion, Thing, counted, latest_within, of_the_company, versions_of_kind


class Defect(msgspec.Struct, frozen=True, kw_only=True):
    """A defect by its code; ``name`` is empty unless it is ``listed``. None: there was no list, or no code."""

    code: str
    name: str = ""
    name_zh: str = ""
    group: str = ""
    severity: str = ""
    listed: bool | None = None

    @property
    def named(self) -> Named:
        """Its names; the code where it has none."""
        return Named(self.code, self.name or self.code, self.name_zh)


class DefectCodes:
    """Every version of every code, to be asked about days."""

    def __init__(self, versions: Mapping[str, Mapping[date, StoredVersion]]) -> None:
        self._versions = versions
        self._lists: dict[tuple[date, date], bool] = {}

    def on(self, code: str | None, day: date) -> Defect | None:
        """As it was called on a day; None where no defect was named."""
        return self.within(code, day, day) if code else None

    def within(self, code: str, first: date, last: date) -> Defect:
        """As it was last called from ``first`` to ``last``, both included."""
        held = latest_within(self._versions.get(code, {}), first, last) if code else None
        if held is None:
            return Defect(code=code, listed=False if code and self._is_list(first, last) else None)
        body = held.body
        return Defect(
            code=code,
            name=body["name"],
            name_zh=body.get("name_zh", ""),
            group=body.get("group", ""),
            severity=body.get("severity", ""),
            listed=True,
        )

    def _is_list(self, first: date, last: date) -> bool:
        """Whether any code held at the time."""
        if (first, last) not in self._lists:
            held = (latest_within(by_day, first, last) for by_day in self._versions.values())
            self._lists[first, last] = any(one is not None for one in held)
        return self._lists[first, last]


def defect_codes(connection: Reading, company: str, before: int | None = None) -> DefectCodes:
    """The list by which a company goes, as far as whoever asks may see it; ``before``: as known at that log size.

    One statement a reading, however many companies.
    """

    def read() -> DefectCodes:
        return DefectCodes(of_the_company(_every_list(connection, before), company))

    return once(connection, (defect_codes, company, before), read)


def _every_list(connection: Reading, before: int | None) -> dict[Thing, dict[date, StoredVersion]]:
    return once(
        connection, (_every_list, before), lambda: counted(versions_of_kind(connection, "defect-code", before=before))
    )
