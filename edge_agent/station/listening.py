"""Waiting for what a source tells without missing the sign to stop."""

import asyncio

from edge_agent.drivers.interface import Arrival, ResultSource


async def next_or_stop(source: ResultSource, stop: asyncio.Event) -> Arrival | None:
    """The next result, or None when ``stop`` came first; errors as the source raises them. Nothing told is dropped."""
    if stop.is_set():
        return None
    ended = asyncio.create_task(stop.wait())
    try:
        return await _next_before(source, ended, None)
    finally:
        ended.cancel()


async def next_within(source: ResultSource, seconds: float) -> Arrival | None:
    """The next result, if there is one so soon."""
    return await _next_before(source, None, seconds)


async def _next_before(source: ResultSource, ended: asyncio.Task[bool] | None, seconds: float | None) -> Arrival | None:
    coming = asyncio.create_task(_next(source))
    try:
        await asyncio.wait({coming} | ({ended} if ended else set()), timeout=seconds, return_when="FIRST_COMPLETED")
    except BaseException:
        coming.cancel()
        raise
    if not coming.done():
        coming.cancel()
        await asyncio.wait({coming})
    return None if coming.cancelled() else coming.result()


async def _next(source: ResultSource) -> Arrival:
    return await source.next()
