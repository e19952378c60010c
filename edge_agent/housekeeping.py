"""Small things done over and over beside the line: old batches purged, holds noticed, the line's state kept."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from edge_agent.complaint import Complaint
from edge_agent.config.settings import PictureRule
from edge_agent.errors import StorageRefused
from edge_agent.line_state import LineState, write_line_state
from edge_agent.log import say
from edge_agent.outbox.store import Outbox
from edge_agent.plans import Plans
from edge_agent.station.album import Album

_LOG = logging.getLogger(__name__)
_PURGE_EVERY = 6 * 3600.0
_TIDY_EVERY = 60.0
_SWEEP_EVERY = 600.0
_BETWEEN_STEPS = 0.05
_STATE_EVERY = 2.0
_LOOK_EVERY = 5.0
_PLAN_EVERY = 1.0


async def keep_plan(
    outbox: Outbox, plans: Callable[[], Plans], now: Callable[[], datetime], every: float = _PLAN_EVERY
) -> None:
    """Have a version of the control plan that begins said at its time, until cancelled.

    Judging does not wait for this: a result, or a question of a controller, goes by its own time.
    """
    complaint = Complaint(_LOG)
    held = plans().at(now())
    while True:
        found = plans().at(now())
        if found != held:
            try:
                await outbox.take_over()
            except StorageRefused as error:
                complaint.raised("the control plan that holds now cannot be said", error=error, next="tried again")
            else:
                complaint.settled("the control plan that holds now is said")
                held = found
                say(_LOG, logging.INFO, "control plan takes over", revision=found.plan.revision, plan=found.id)
        await asyncio.sleep(every)


async def purge(outbox: Outbox) -> None:
    """Purge until cancelled."""
    while True:
        try:
            gone = await outbox.purge()
            say(_LOG, logging.DEBUG, "old batches purged", batches=gone)
        except StorageRefused as error:
            say(_LOG, logging.WARNING, "old batches cannot be purged", error=error)
        await asyncio.sleep(_PURGE_EVERY)


async def tidy(outbox: Outbox, every: float = _TIDY_EVERY) -> None:
    """Give back what the outbox no longer needs, in small steps, until cancelled."""
    while True:
        try:
            more = await outbox.tidy()
        except StorageRefused as error:
            say(_LOG, logging.WARNING, "the outbox cannot be tidied", error=error)
            more = False
        await asyncio.sleep(_BETWEEN_STEPS if more else every)


async def sweep(album: Album, rule: Callable[[], PictureRule], now: Callable[[], datetime]) -> None:
    """Delete pictures that are too old or too many, until cancelled."""
    complaint = Complaint(_LOG)
    while True:
        try:
            swept = await asyncio.to_thread(album.sweep, rule(), now().timestamp())
        except OSError as error:
            complaint.raised("old pictures cannot be deleted", error=error, next="look at rights of the data folder")
        else:
            complaint.settled("old pictures are deleted again")
            say(_LOG, logging.DEBUG, "old pictures deleted", pictures=swept.pictures, left_bytes=swept.left)
        await asyncio.sleep(_SWEEP_EVERY)


async def notice(outbox: Outbox, every: float = _LOOK_EVERY) -> None:
    """Have records sealed that another process appended (a person's hold), until cancelled."""
    while True:
        await asyncio.sleep(every)
        try:
            if await outbox.unsealed():
                outbox.appended.set()
        except StorageRefused:
            continue  # the sealer complains of it


async def keep_line_state(file: Path, state: Callable[[], LineState]) -> None:
    """Write the line's state until cancelled, and once more then."""
    complaint = Complaint(_LOG, file=file)
    try:
        while True:
            await asyncio.to_thread(_write, file, state(), complaint)
            await asyncio.sleep(_STATE_EVERY)
    finally:
        _write(file, state(), complaint)


def _write(file: Path, state: LineState, complaint: Complaint) -> None:
    try:
        write_line_state(file, state)
    except OSError as error:
        complaint.raised("the line's state cannot be kept", error=error.strerror, next="look at free space and rights")
    else:
        complaint.settled("the line's state is kept again")
