"""Organisations, plants and authors: who takes part. Entering the same again adds nothing."""

import re
from collections.abc import Sequence
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hub.entry.seal import Stamps, enter
from hub.errors import EntryRefused
from hub.parts import Hub
from hub.settings import HUB_AUTHOR
from hub.store.core.database import Reading
from hub.store.ledger.authors import key_in_force, latest_organisation, latest_plant
from hub.store.ledger.batches import StoredBatch, log_size
from hub.store.master.versions import versions_of_kind
from traceability.encoding import from_base64, to_base64
from traceability.errors import Malformed
from traceability.record.base import Record
from traceability.record.master import AuthorKeyRecord, OrganisationRecord, PlantRecord
from traceability.signing import PUBLIC_KEY_SIZE

_ID = re.compile(r"[^\W_][\w.:-]{0,99}")


def add_organisation(hub: Hub, organisation_id: str, name: str, name_zh: str = "") -> StoredBatch | None:
    """Enter a company, or its new name; None when it stands so already."""
    _check_id(organisation_id, "organisation")

    def draft(connection: Reading, stamp: Stamps) -> Sequence[Record]:
        if latest_organisation(connection, organisation_id) == (name, name_zh):
            return []
        return [OrganisationRecord(id=organisation_id, name=name, name_zh=name_zh, **stamp())]

    return enter(hub, draft)


def add_plant(
    hub: Hub, plant_id: str, *, organisation: str, name: str, name_zh: str = "", time_zone: str = "Asia/Shanghai"
) -> StoredBatch | None:
    """Enter a plant of an organisation that is known, or what is new about it; None when it stands so already."""
    _check_id(plant_id, "plant")
    _check_time_zone(time_zone)

    def draft(connection: Reading, stamp: Stamps) -> Sequence[Record]:
        if latest_organisation(connection, organisation) is None:
            raise EntryRefused(
                f"there is no organisation {organisation!r}", where=f"plant {plant_id}", advice="add it first"
            )
        if latest_plant(connection, plant_id) == (organisation, name, name_zh, time_zone):
            return []
        industry, region = _classes(connection, plant_id)
        record = PlantRecord(
            id=plant_id, organisation=organisation, name=name, name_zh=name_zh, time_zone=time_zone,
            industry=industry, region=region, **stamp(),
        )  # fmt: skip
        return [record]

    return enter(hub, draft)


def _classes(connection: Reading, plant: str) -> tuple[str, str]:
    """Industry and region as they were stated last: who enters names does not take them back."""
    last = [one.body for one in versions_of_kind(connection, "plant", plant=plant) if not one.withdrawn][-1:]
    return (last[0].get("industry", ""), last[0].get("region", "")) if last else ("", "")


def add_agent(hub: Hub, author: str, *, plant: str, public_key: str) -> StoredBatch | None:
    """Register the key (base64 of 32 raw bytes) by which batches of ``author`` are verified from now on.

    An author stays with its plant for ever, so that old and new records never disagree about it. Another key takes the
    place of the earlier one: batches sealed with the earlier key, but not yet sent, are then refused.
    """
    check_author_id(author)
    key = _checked_key(author, public_key)

    def draft(connection: Reading, stamp: Stamps) -> Sequence[Record]:
        require_plant(connection, plant, where=f"agent {author}")
        known = key_in_force(connection, author, log_size(connection))
        if known is not None and known.plant != plant:
            raise EntryRefused(
                f"belongs to plant {known.plant!r} already", where=f"agent {author}", advice="choose another author id"
            )
        if known is not None and known.public_key == key:
            return []
        environment = hub.settings.environment
        return [AuthorKeyRecord(id=author, plant=plant, public_key=to_base64(key), environment=environment, **stamp())]

    return enter(hub, draft)


def require_plant(connection: Reading, plant: str, *, where: str) -> None:
    """``EntryRefused`` unless the plant was entered."""
    if latest_plant(connection, plant) is None:
        raise EntryRefused(f"there is no plant {plant!r}", where=where, advice="add the plant first")


def check_author_id(text: str) -> None:
    """``EntryRefused`` unless ``text`` can be the id of an author."""
    _check_id(text, "agent")


def _check_id(text: str, kind: str) -> None:
    if not _ID.fullmatch(text):
        raise EntryRefused(
            f"{text[:100]!r} can't be the id of one",
            where=kind,
            advice="use letters, digits and . _ : -, at most 100, beginning with a letter or digit",
        )


def _checked_key(author: str, public_key: str) -> bytes:
    if author == HUB_AUTHOR:
        raise EntryRefused(f"{author!r} is the hub's own author id", advice="choose another author id")
    try:
        key = from_base64(public_key, "public key")
    except Malformed as error:
        raise EntryRefused(error.what, where=f"agent {author}", advice=_KEY_ADVICE) from None
    if len(key) != PUBLIC_KEY_SIZE:
        raise EntryRefused(
            f"the public key has {len(key)} bytes, expected {PUBLIC_KEY_SIZE}",
            where=f"agent {author}",
            advice=_KEY_ADVICE,
        )
    return key


_KEY_ADVICE = "give the base64 text that 'zhuoyue-agent init' printed"


def _check_time_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise EntryRefused(
            f"{name!r} is no time zone", where="time_zone", advice="write it like Asia/Shanghai"
        ) from None
