"""The supply chain with its people signed in by name: both suppliers share with the OEM, the second not all of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from running_app import running
from small_hub import small_hub
from small_people import People, people_of
from supply_chain import supply_chain

from hub.accounts.permission import Role
from hub.parts import Hub
from hub.sharing.forms import PolicyForm
from hub.sharing.state import state_policy
from traceability.record.sharing import DataKind

DESK, PHONE = {"width": 1366, "height": 800}, {"width": 390, "height": 844}
SHARED = {
    "supplier-a": [kind for kind in DataKind if kind is not DataKind.COSTS],
    "supplier-b": [DataKind.EXISTENCE, DataKind.GENEALOGY, DataKind.VERDICTS],
}
"""What each supplier shows the OEM."""


@dataclass(frozen=True)
class Look:
    """How somebody reads: ``whole`` the path to its end, or the first part of it."""

    language: str
    size: dict[str, int]
    scheme: str
    whole: bool

    @property
    def name(self) -> str:
        return f"{self.language[:2]}-{'desk' if self.size is DESK else 'phone'}"

    @property
    def chinese(self) -> bool:
        return self.language == "zh-CN"

    @property
    def context(self) -> dict[str, Any]:
        """What a browser is told."""
        return {"viewport": self.size, "locale": self.language, "color_scheme": self.scheme}


WHOLE = (Look("en-US", DESK, "light", True), Look("zh-CN", PHONE, "dark", True))
LOOKS = (*WHOLE, Look("en-US", PHONE, "light", False), Look("zh-CN", DESK, "dark", False))
every_look = pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.name)
each_language = pytest.mark.parametrize("look", WHOLE, ids=lambda look: look.name)


@contextmanager
def shared_chain(folder: Path, units: int, role: Role) -> Iterator[tuple[People, str]]:
    """Who reads at the OEM in that ``role``, one by the name of each look, and quality of each supplier by its name."""
    hub = small_hub(folder)
    supply_chain(hub, units)
    state_policies(hub)
    people = people_of(hub)
    for look in LOOKS:
        people.known(look.name, role, organisation="oem", name="Chen Jing")
    for supplier in SHARED:
        people.known(supplier, Role.QUALITY, organisation=supplier, name="Li Na")
    with running(people.site) as address:
        yield people, address
    people.site.state.audit.settle()
    hub.store.close()


def state_policies(hub: Hub) -> None:
    for owner, kinds in SHARED.items():
        state_policy(hub, PolicyForm(owner=owner, partner="oem", kinds=kinds, by="s1"))
