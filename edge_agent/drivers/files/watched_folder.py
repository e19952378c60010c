"""A folder into which a machine writes result files: complete ones only, each taken exactly once.

What a file goes through: *seen* until its size and time of change have rested (and its marker is there), *taken* while
its results are handed over one by one, and then moved, to ``done`` when every result is durable, to ``bad`` with a
``.reason.txt`` when something in it can never be recorded. Nothing is deleted but the marker.

A crash between storing and moving leaves the file where it is; it is taken again, and every result has the ticket it
had: the name of the file, the content of the row, and how many rows with that content came before. So a corrected
file that was bad may be put back: what was stored of it is not stored again. The same content under the same name
counts as the same results; a machine that writes one name over and over must write a time or a number as well, or
its profile must take the time of change (``file.modified``) as the cycle's time.

Fields beside those of the rows: ``file.name``, ``file.row`` (from 1) and ``file.modified`` (time).
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from edge_agent.drivers.files.aqdef import parse_aqdef
from edge_agent.drivers.files.csv_result import CsvRule, parse_csv
from edge_agent.drivers.files.json_result import JsonRule, parse_json
from edge_agent.drivers.files.resting_files import FoundFile, RestingFiles, put_away
from edge_agent.drivers.files.row import FileFault, Row
from edge_agent.drivers.interface import Arrival, DriverContext, Raw
from edge_agent.drivers.told_fields import Spelling, samples_of
from edge_agent.drivers.told_settings import (
    AqdefFolderSettings,
    CsvFolderSettings,
    FolderSettings,
    JsonFolderSettings,
)
from edge_agent.errors import DeviceRefused, DeviceUnreachable
from edge_agent.log import say
from traceability.encoding import sha256

_LOG = logging.getLogger(__name__)
_KEPT_OF_FAULTY = 4096

Parse = Callable[[FoundFile], tuple[Row, ...]]


class _Taken(msgspec.Struct):
    """A file whose results are handed over: the tickets still open, and why some of them were refused."""

    file: FoundFile
    open: set[str]
    refused: list[str]


class WatchedFolder:
    """The results in one folder; ``parse`` turns a complete file into rows or raises FileFault."""

    def __init__(self, settings: FolderSettings, context: DriverContext, parse: Parse) -> None:
        self._settings = settings
        self._device = context.device
        self._points = context.points
        self._parse = parse
        self._spelling = Spelling(
            utc_offset=settings.utc_offset, time_format=settings.time_format, decimal=settings.decimal
        )
        self._files = RestingFiles(settings)
        self._taken: dict[str, _Taken] = {}
        self._waiting: deque[Arrival] = deque()

    async def connect(self) -> None:
        """Look whether the folder is there and can be used; DeviceUnreachable otherwise."""
        try:
            await asyncio.to_thread(self._prepare)
        except OSError as error:
            raise self._unreachable(error) from None

    async def next(self) -> Arrival:
        """The next result of a complete file."""
        while not self._waiting:
            try:
                found = await asyncio.to_thread(self._files.next, frozenset(self._taken))
            except OSError as error:
                raise self._unreachable(error) from None
            if found is None:
                await asyncio.sleep(self._settings.look_every_s)
            else:
                self._take(found)
        return self._waiting.popleft()

    async def settle(self, arrival: Arrival) -> None:
        """One result is durable; with the last one its file moves to ``done``."""
        await self._close_ticket(arrival.ticket, None)

    async def refuse(self, arrival: Arrival, reason: str) -> None:
        """One result can never be recorded; its file will move to ``bad``."""
        await self._close_ticket(arrival.ticket, reason)

    async def close(self) -> None:
        """Forget what is not settled; it is taken again."""
        self._taken.clear()
        self._waiting.clear()

    def _prepare(self) -> None:
        folder = self._settings.folder
        for name in (self._settings.done, self._settings.bad):
            (folder / name).mkdir(exist_ok=True)
        next(folder.iterdir(), None)

    def _take(self, found: FoundFile) -> None:
        try:
            if found.too_large:
                raise FileFault("", f"has more than {self._settings.max_bytes} bytes")
            rows = self._parse(found)
        except FileFault as fault:
            if found.rested < self._settings.settle_s + self._settings.patience_s:
                self._files.wait_longer(found)
                return
            self._hand_over(found, [self._faulty(found, fault)])
            return
        seen: dict[bytes, int] = {}
        arrivals = []
        for row in rows:
            content = msgspec.json.encode({name: str(value) for name, value in row.fields.items()}, order="sorted")
            seen[content] = seen.get(content, 0) + 1
            ticket = f"{found.name}#{sha256(content).hex()}#{seen[content]}"
            arrivals.append(self._arrival(found, row, content, ticket, more=row is not rows[-1]))
        self._hand_over(found, arrivals)

    def _arrival(self, found: FoundFile, row: Row, content: bytes, ticket: str, *, more: bool) -> Arrival:
        fields: dict[str, Raw] = {
            **row.fields,
            "file.name": found.name,
            "file.row": row.number,
            "file.modified": datetime.fromtimestamp(found.modified_ns // 1_000_000 / 1000, UTC),
        }
        samples = samples_of(self._points, fields, self._spelling)
        return Arrival(samples=samples, received=content, ticket=ticket, more=more)

    def _faulty(self, found: FoundFile, fault: FileFault) -> Arrival:
        return Arrival(
            samples={},
            received=found.content[:_KEPT_OF_FAULTY],
            ticket=f"{found.name}#{sha256(found.content).hex()}#unreadable",
            fault=f"file {found.name}: {fault}",
        )

    def _hand_over(self, found: FoundFile, arrivals: list[Arrival]) -> None:
        self._taken[found.name] = _Taken(found, {arrival.ticket for arrival in arrivals}, [])
        self._waiting.extend(arrivals)

    async def _close_ticket(self, ticket: str, reason: str | None) -> None:
        taken = self._taken.get(ticket.rsplit("#", 2)[0])
        if taken is None:
            return
        if reason is not None and ticket in taken.open:
            taken.refused.append(reason)
        taken.open.discard(ticket)
        if taken.open:
            return
        try:
            place = await asyncio.to_thread(put_away, taken.file, self._settings, tuple(taken.refused))
        except OSError as error:
            what = f"file {taken.file.name} cannot be moved: {error.strerror}"
            todo = "give the agent the right to move files in the folder; tried again"
            raise DeviceRefused(self._device, str(self._settings.folder), what, todo) from None
        del self._taken[taken.file.name]
        if place is not None and taken.refused:
            say(
                _LOG, logging.WARNING, "a result file was put aside", device=self._device, file=place,
                reason=taken.refused[0], next="correct the file and put it back; nothing is recorded twice",
            )  # fmt: skip

    def _unreachable(self, error: OSError) -> DeviceUnreachable:
        what = f"the folder cannot be used: {error.strerror or error}"
        todo = "look at path, rights and network share; tried again"
        return DeviceUnreachable(self._device, str(self._settings.folder), what, todo)


def csv_folder(settings: CsvFolderSettings, context: DriverContext) -> WatchedFolder:
    """A folder of CSV files."""
    rule = CsvRule(
        delimiter=settings.delimiter,
        encoding=settings.encoding,
        skip=settings.skip,
        columns=settings.columns,
        final_newline=settings.final_newline,
    )
    return WatchedFolder(settings, context, lambda found: parse_csv(found.content, rule))


def json_folder(settings: JsonFolderSettings, context: DriverContext) -> WatchedFolder:
    """A folder of JSON files."""
    fields = tuple(point.field or "" for point in context.points if not (point.field or "").startswith("file."))
    rule = JsonRule(fields=fields, results=settings.results, lines=settings.lines, encoding=settings.encoding)
    return WatchedFolder(settings, context, lambda found: parse_json(found.content, rule))


def aqdef_folder(settings: AqdefFolderSettings, context: DriverContext) -> WatchedFolder:
    """A folder of AQDEF files."""

    def parse(found: FoundFile) -> tuple[Row, ...]:
        if Path(found.name).suffix.lower() == ".dfx" and found.description is None:
            raise FileFault("", "has no .dfd of its name beside it")
        return parse_aqdef(found.content, settings.encoding, found.description)

    return WatchedFolder(settings, context, parse)
