"""Which chain an agent goes on with: its own, or, after an enrolment anew, another that cites what the hub holds."""

from edge_agent.config.settings import AgentConfig
from edge_agent.outbox.beginning import NewChain
from edge_agent.outbox.former import EVERYTHING
from edge_agent.outbox.store import Outbox
from edge_agent.succession import Succession, find_succession, settle_succession


async def begin_chain(outbox: Outbox, config: AgentConfig) -> None:
    """Begin under this configuration; a succession that was left is carried out first, and then forgotten."""
    succession = find_succession(config.data)
    report = await outbox.report()
    await outbox.begin(config.hash, config.plans)
    if succession is not None:
        await outbox.open_chain(await _successor(outbox, succession, report.chain.chain if report.chain else None))
        settle_succession(config.data)


async def _successor(outbox: Outbox, succession: Succession, chain: str | None) -> NewChain:
    """The new chain. The key before counts no more: what the hub has not taken under it, it will never take.

    Of this machine's own chain that is everything behind the hub's last batch, and it is sealed anew. Where the hub's
    last batch is not the one here (a copy, or an older state of this machine, sent it), it is not known what the hub
    has of these records, so they are declared lost.
    """
    last = succession.last
    if chain is None:
        return NewChain(reason=succession.reason, cites=last.hash, lost="what the machine before had not sent")
    if last.chain == chain:
        own = await outbox.batch(last.seq, chain)
        same = own is not None and own.hash == last.hash
        return NewChain(
            reason=succession.reason,
            cites=last.hash,
            refused_from=last.seq + 1,
            own_since=EVERYTHING if same else None,
        )
    unsent = await outbox.oldest_unacknowledged()
    return NewChain(
        reason=succession.reason,
        cites=last.hash,
        refused_from=unsent.seq if unsent is not None and unsent.chain == chain else None,
    )
