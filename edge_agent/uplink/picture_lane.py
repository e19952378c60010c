"""The slower lane beside the batches: files of pictures whose records the hub has, one after the other.

It sends only while the uplink is not down, within the hours and the bytes a day that the plant allows, piece by piece,
in the gaps between batches. Where it was killed or cut off it asks the hub how far it is, and goes on from there.
Nothing here touches the files: they stay in the album for as long as the plant's rule for pictures says.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, time, timedelta
from enum import StrEnum
from pathlib import Path

import msgspec

from edge_agent.complaint import Complaint
from edge_agent.config.settings import AgentConfig, Hub
from edge_agent.errors import StorageRefused
from edge_agent.log import say
from edge_agent.outbox.picture_queue import End, QueuedPicture
from edge_agent.outbox.store import Outbox
from edge_agent.pace import Jitter, Pace
from edge_agent.station.album import Album
from edge_agent.uplink.picture_client import PictureClient, PictureNotTaken
from edge_agent.uplink.sender import Sender
from traceability.encoding import SHA256_PREFIX, sha256, tagged
from traceability.picture import MOST_PIECE_BYTES, Fate, Held, Piece, SendPolicy
from traceability.signing import Signer, key_id

_LOG = logging.getLogger(__name__)
_HUB = (0, 404, 405, 408, 429)
"""What is wrong with the hub, or with the way there; 404 and 405: it is of an earlier version."""
_SERVER = 500
_UNKNOWN = 409
_LAST_TRY = 12
"""So often is a picture tried whose record the hub says it has not: over some days."""


class LaneState(StrEnum):
    """What the lane does."""

    OFF = "off"
    IDLE = "idle"
    SENDING = "sending"
    WAITS_FOR_HUB = "waits-for-hub"
    WAITS_FOR_HOURS = "waits-for-hours"
    WAITS_FOR_DAY = "waits-for-day"
    """What may be sent today has been sent."""


class LaneNote(msgspec.Struct, frozen=True, kw_only=True):
    """What the lane for files of pictures does, what it is allowed, and what is wrong, if anything is."""

    policy: SendPolicy
    state: LaneState
    trouble: str | None = None


class LanePaces(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds: how often to look when there is nothing to do, between pictures, and after a failure."""

    look: float = 5.0
    between: float = 0.05
    down: Pace = Pace(first=2.0, longest=300.0)
    unknown: Pace = Pace(first=60.0, longest=12 * 3600.0)


class PictureLane:
    """Sends until it is cancelled; ``now`` is time zone-aware, in whatever zone the allowed hours are meant."""

    def __init__(
        self,
        outbox: Outbox,
        signer: Signer,
        album: Path,
        *,
        config: Callable[[], AgentConfig],
        sender: Callable[[], Sender],
        now: Callable[[], datetime],
        jitter: Jitter,
        paces: LanePaces | None = None,
    ) -> None:
        self.state = LaneState.IDLE
        self._outbox = outbox
        self._signer = signer
        self._album = Album(album)
        self._config = config
        self._sender = sender
        self._now = now
        self._jitter = jitter
        self._paces = paces or LanePaces()
        self._failures = 0
        self._complaint = Complaint(_LOG)
        self._client: tuple[Hub, Sender, PictureClient] | None = None

    def note(self, policy: SendPolicy) -> LaneNote:
        """How it does now."""
        found = self._complaint.trouble
        trouble = None if found is None else ": ".join(filter(None, (found.what, found.detail)))
        return LaneNote(policy=policy, state=self.state, trouble=trouble)

    async def run(self) -> None:
        """Send, look for more."""
        try:
            while True:
                wait = await self._turn()
                await asyncio.sleep(wait)
        finally:
            await self._hang_up()

    async def _turn(self) -> float:
        """At most one picture; how long to wait then."""
        try:
            self.state = await self._hindrance()
            picture = await self._outbox.pictures.next() if self.state is LaneState.IDLE else None
            if picture is None:
                return self._paces.look
            self.state = LaneState.SENDING
            await self._send(picture)
        except StorageRefused as error:
            self._complaint.raised("files of pictures wait, the outbox cannot be read", error=error)
            return self._paces.look
        except PictureNotTaken as error:
            self._failures += 1
            self._complaint.raised("the hub takes no files of pictures now", error=error)
            return error.after_s or self._paces.down.wait(self._failures, self._jitter)
        self._failures = 0
        self._complaint.settled("the hub takes files of pictures again")
        return self._paces.between

    async def _hindrance(self) -> LaneState:
        """Why nothing may be sent now; IDLE when something may."""
        lane = self._config().pictures.lane
        if lane.policy is SendPolicy.NONE:
            return LaneState.OFF
        if self._sender().is_away:
            return LaneState.WAITS_FOR_HUB
        now = self._now()
        if not within(now.time(), lane.hours):
            return LaneState.WAITS_FOR_HOURS
        if await self._outbox.pictures.spent(_day(now)) >= lane.bytes_a_day:
            return LaneState.WAITS_FOR_DAY
        return LaneState.IDLE

    async def _send(self, picture: QueuedPicture) -> None:
        """One picture, to its end or as far as it may go now; PictureNotTaken when the hub is not to be had."""
        content = await asyncio.to_thread(self._content, picture)
        config = self._config()
        piece = Piece(
            author=config.author,
            hub=key_id(config.hub.public_key),
            result=picture.result,
            sha256=picture.sha256,
            size=max(picture.size, 1),
            gone="" if content is not None else "the file is not kept any more, or is not the one that was sealed",
        )
        try:
            held = await self._put(piece)
            while held.fate is Fate.PART and content is not None:
                if await self._hindrance() is not LaneState.IDLE:
                    return
                body = content[held.have : held.have + MOST_PIECE_BYTES]
                await self._outbox.pictures.spend(_day(self._now()), len(body))
                held = _grown(held, await self._put(msgspec.structs.replace(piece, begin=held.have), body))
        except PictureNotTaken as error:
            await self._refused(picture, error)
            return
        await self._outbox.pictures.end(picture, End.GONE if held.fate is Fate.GONE else End.SENT)

    async def _refused(self, picture: QueuedPicture, error: PictureNotTaken) -> None:
        """What is wrong with one picture keeps no other; what is wrong with the hub is raised again."""
        if error.status in _HUB or error.status >= _SERVER:
            raise error
        if error.status == _UNKNOWN and picture.tries < _LAST_TRY:
            wait = self._paces.unknown.wait(picture.tries + 1, self._jitter)
            await self._outbox.pictures.later(picture, timedelta(seconds=wait))
            return
        say(
            _LOG, logging.WARNING, "the hub refuses the file of a picture", picture=picture.sha256,
            result=picture.result, reason=error.what, next="its record is there; the file stays here",
        )  # fmt: skip
        await self._outbox.pictures.end(picture, End.REFUSED)

    async def _put(self, piece: Piece, body: bytes = b"") -> Held:
        hub, sender = self._config().hub, self._sender()
        if self._client is None or self._client[:2] != (hub, sender):
            await self._hang_up()
            self._client = (hub, sender, PictureClient(hub, self._signer, sender.line))
        return await self._client[2].put(piece, body)

    async def _hang_up(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client[2].close()

    def _content(self, picture: QueuedPicture) -> bytes | None:
        """The file's bytes; None when they are not (any more) those that were sealed."""
        place = self._album.find(picture.sha256.removeprefix(SHA256_PREFIX))
        try:
            content = None if place is None else place.read_bytes()
        except OSError:
            return None
        return content if content is not None and tagged(sha256(content)) == picture.sha256 else None


def within(at: time, hours: tuple[time, time]) -> bool:
    """Whether a time of day lies in the hours, which may go past midnight; from = to are all of them."""
    begin, end = hours
    if begin == end:
        return True
    at = at.replace(tzinfo=None)
    return begin <= at < end if begin < end else at >= begin or at < end


def _day(now: datetime) -> str:
    return now.date().isoformat()


def _grown(before: Held, after: Held) -> Held:
    """The hub's answer, if it got any further by the piece: who never does must not be sent to for ever."""
    if after.fate is Fate.PART and after.have <= before.have:
        raise PictureNotTaken(f"the hub stays at byte {after.have} of a picture", status=_UNKNOWN)
    return after
