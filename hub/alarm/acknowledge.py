"""Answering an alarm at the hub: a record of the hub's ledger, which the agent fetches with the next batch for it.

A station that the alarm holds stays held until somebody there lets it go: nothing starts a machine from afar.
"""

import re
from collections.abc import Sequence

from hub.entry.seal import Stamps, enter
from hub.errors import EntryRefused, NotFound
from hub.parts import Hub
from hub.store.core.database import Reading
from hub.store.ledger.batches import StoredBatch
from hub.store.mail.alarms import answers_to, find_alarm
from traceability.record.alarm import AlarmAcknowledgementRecord
from traceability.record.base import Record

_PSEUDONYM = re.compile(r"[A-Za-z0-9._-]{1,60}")
_LONGEST = 1000


def acknowledge(
    hub: Hub,
    agent: str,
    name: str,
    *,
    by: str,
    cause: str,
    action: str,
    plant: str | None = None,
    amends: bool = False,
) -> StoredBatch | None:
    """Seal cause and action; None when the hub said just this already. ``EntryRefused`` when somebody answered.

    ``amends``: a further answer in the place of an earlier one; every answer stays, and the latest one is shown first.
    ``plant``: the alarm must be of this one, else ``NotFound``.
    """
    _check(by, cause, action)

    def draft(connection: Reading, stamp: Stamps) -> Sequence[Record]:
        found = find_alarm(connection, agent, name)
        if found is None or plant not in (None, found.plant):
            raise NotFound(f"no alarm {name[:80]!r} of {agent[:80]!r}", advice="see GET /api/v1/alarms")
        answers = [answer for answer in answers_to(connection, [name]) if answer.agent == agent]
        if answers and (answers[-1].by, answers[-1].cause, answers[-1].action) == (by, cause, action):
            return []
        if answers and not amends:
            raise EntryRefused(
                f"the alarm was acknowledged already, by {answers[-1].by}",
                where=name,
                advice="see GET /api/v1/alarms; a correction says that it amends",
            )
        if amends and not answers:
            raise EntryRefused("there is no answer to amend", where=name, advice="answer the alarm")
        return [AlarmAcknowledgementRecord(id=name, agent=agent, by=by, cause=cause, action=action, **stamp())]

    return enter(hub, draft)


def _check(by: str, cause: str, action: str) -> None:
    if not _PSEUDONYM.fullmatch(by):
        raise EntryRefused(
            f"{by[:80]!r} is no pseudonymous id", where="by", advice="letters, digits, '.', '_' and '-', at most 60"
        )
    for field, text in (("cause", cause), ("action", action)):
        if not text.strip() or len(text) > _LONGEST:
            raise EntryRefused(f"a text of at most {_LONGEST} characters is needed", where=field, advice="say it")
