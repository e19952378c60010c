"""A discipline of the 8D report, entered with evidence that is attached already."""

from hub.errors import EntryRefused
from hub.notify.act import Actor, change
from hub.notify.read import find
from hub.notify.views import Made
from hub.parts import Hub
from traceability.record.notification import EightDStep


def enter_step(hub: Hub, identity: str, step: EightDStep, actor: Actor) -> Made:
    """Seal the entry; ``EntryRefused`` when it names evidence that is not attached."""
    with hub.store.reading() as connection:
        _, now = find(connection, identity)
    known = {attachment.sha256 for attachment in now.attachments}
    for hash_ in step.evidence:
        if hash_ not in known:
            raise EntryRefused(
                f"{hash_[:80]} is not attached", where=f"D{step.discipline}", advice="attach the file first"
            )
    return change(hub, identity, step, actor)
