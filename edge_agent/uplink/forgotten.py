"""Has the hub forgotten what it gave receipts for? A hub restored from a backup has, and an idle agent must find out.

At the start and every few minutes the agent asks where its chains stand (one small GET each). When the hub stands
before the last batch in a row that has its receipt here, it has forgotten those behind, and they are sent again.

When the next one it needs is not kept here any more (acknowledged longer than 30 days ago), its chain cannot go on
there. Then a new chain begins, which declares the records that are gone as lost and brings again those still kept.
"""

import asyncio
import logging
from collections.abc import Callable

from edge_agent.complaint import Complaint
from edge_agent.errors import StorageRefused
from edge_agent.log import say
from edge_agent.outbox.sending import TakenChain
from edge_agent.outbox.store import Outbox
from edge_agent.pace import Jitter, Pace, wait_or_stop
from edge_agent.uplink.client import HubClient, HubUnreachable
from edge_agent.uplink.order import Place
from traceability.sync import ChainHead

_LOG = logging.getLogger(__name__)


class ForgottenWatch:
    """Asks until it is cancelled; ``go_back`` is told where to begin again.

    ``jitter`` also makes each question its own, so that an old answer cannot be given for a new one.
    """

    def __init__(
        self, client: HubClient, author: str, outbox: Outbox, go_back: Callable[[Place], None], jitter: Jitter
    ) -> None:
        self._client = client
        self._author = author
        self._outbox = outbox
        self._go_back = go_back
        self._jitter = jitter
        self._woken = asyncio.Event()
        self._complaint = Complaint(_LOG)

    def wake(self) -> None:
        """Ask again soon: the hub said something that does not fit."""
        self._woken.set()

    async def run(self, pace: Pace, every: float) -> None:
        """Ask now and about ``every`` so many seconds; a hub that does not answer is asked again at ``pace``."""
        failures = 0
        while True:
            self._woken.clear()
            try:
                await self.ask()
            except (HubUnreachable, StorageRefused):
                failures += 1
                await asyncio.sleep(min(pace.wait(failures, self._jitter), every))  # the sender says that it is away
            else:
                failures = 0
                await wait_or_stop(self._woken, every * (0.75 + 0.5 * self._jitter()))

    async def ask(self) -> None:
        """Compare once; HubUnreachable or StorageRefused when that is not possible now."""
        for taken in await self._outbox.taken_chains():
            head = await self._client.head(self._author, taken.chain, f"{int(self._jitter() * 2**53):014x}")
            if head is None or head.seq > taken.seq:
                continue
            if head.seq == taken.seq:
                self._compare(taken, head)
            elif await self._outbox.batch(head.seq + 1, taken.chain) is None:
                await self._begin_anew(taken, head)
            else:
                say(
                    _LOG, logging.WARNING, "the hub has forgotten batches it gave receipts for; they are sent again",
                    chain=taken.chain, first=head.seq + 1, last=taken.seq,
                )  # fmt: skip
                self._go_back(Place(chain=taken.chain, seq=head.seq + 1))
                return

    def _compare(self, taken: TakenChain, head: ChainHead) -> None:
        if taken.hash is not None and head.hash != taken.hash:
            self._complaint.raised(
                "the hub holds another history of this chain", chain=taken.chain, seq=taken.seq,
                next="two machines may use one key, or this one was restored from a copy; tell the hub's administrator",
            )  # fmt: skip

    async def _begin_anew(self, taken: TakenChain, head: ChainHead) -> None:
        """The chain can't go on at this hub: what is kept goes into a new one, what is gone is declared lost."""
        lost = await self._outbox.begin_after_hole(taken.chain, head.seq, head.next_record)
        say(
            _LOG, logging.ERROR, "the hub has forgotten batches that are not kept here any more", chain=taken.chain,
            after=head.seq, lost_records=lost,
            next="what is kept is sent again in a new chain, the rest is declared lost; "
            "put no other backup of the hub in place from now on",
        )  # fmt: skip
