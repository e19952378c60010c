"""A file that takes long is checked beside other work: the page that took it leads to where its progress is shown."""

from typing import Annotated

from fastapi import Depends, Request
from starlette.responses import RedirectResponse

from hub.accounts.asker import Asker
from hub.api.access import UsesAsker
from hub.intake.routes import UsesIntake, kind_at
from hub.page_paths import files_path

LARGE = 512 * 1024
"""Bytes from which on nobody is kept waiting."""


class Beside:
    """What the page of an import asks for when a file comes."""

    def __init__(self, request: Request, asker: UsesAsker, desk: UsesIntake) -> None:
        self._request, self._asker, self._desk = request, asker, desk

    def taken(self, kind: str, plant: str, data: bytes, name: str | None) -> RedirectResponse | None:
        """The way to a large file's progress; None for one that is answered at once."""
        if len(data) < LARGE:
            return None
        return self.begun(kind, plant, data, name, {})

    def begun(self, kind: str, plant: str, data: bytes, name: str | None, options: dict[str, str]) -> RedirectResponse:
        """The way to a file's progress; ``EntryRefused`` while the same one is under way."""
        known = kind_at(plant, kind, self._asker)
        begun = self._desk.begin(known, plant, data, by=_signature(self._asker), name=shown_name(name), options=options)
        return RedirectResponse(f"{files_path(plant)}/{begun.id}", status_code=303)


UsesBeside = Annotated[Beside, Depends()]


def shown_name(name: str | None) -> str:
    """The last part of a file's name, printable."""
    last = (name or "").replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(sign for sign in last if sign.isprintable())[:200]


def _signature(asker: Asker) -> str:
    return asker.signature
