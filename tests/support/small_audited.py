"""A small supply chain with people, policies, reads by partners and a witness: what auditors look at."""

from datetime import timedelta
from decimal import Decimal

from small_people import People, people_of
from supply_chain import supply_chain

from hub.accounts.permission import Role
from hub.entry.economics import enter_output_value
from hub.entry.master import add_organisation, add_plant
from hub.parts import Hub
from hub.sharing.forms import PolicyForm
from hub.sharing.state import state_policy
from hub.store.account.audit import StoredRead, add_reads
from hub.store.core.instant import to_micros
from hub.store.ledger.batches import log_size
from hub.witness.collect import checkpoint_at, take_cosignatures
from hub.witness.policy import add_witness
from traceability.log.checkpoint import checkpoint_text
from traceability.log.cosignature import cosign, witness_key
from traceability.record.sharing import DataKind, Items
from traceability.signing import Ed25519Signer

OWN, SISTER, OTHER = "supplier-a.machining", "supplier-a.second", "supplier-b.electronics"
SCRIPT = "<script>alert('x')</script>"
PEOPLE = {
    "lin.auditor": (Role.AUDITOR, "supplier-a", ()),
    "ada.admin": (Role.ADMIN, "supplier-a", ()),
    "half.auditor": (Role.AUDITOR, "supplier-a", (SISTER,)),
    "half.admin": (Role.ADMIN, "supplier-a", (SISTER,)),
    "vera.viewer": (Role.VIEWER, "supplier-a", ()),
    "oem.admin": (Role.ADMIN, "oem", ()),
    "hub.auditor": (Role.AUDITOR, "", ()),
}
WITNESS = Ed25519Signer.from_seed(b"w" * 32)


def audited(hub: Hub) -> People:
    """The chain, and everybody who looks at it."""
    supply_chain(hub, 1)
    add_plant(hub, SISTER, organisation="supplier-a", name="Second plant")
    add_organisation(hub, "stranger", f"Stranger {SCRIPT}")
    people = people_of(hub)
    for login, (role, organisation, plants) in PEOPLE.items():
        people.known(login, role, organisation=organisation, plants=plants, name=f"{login} {SCRIPT[:8]}")
    witnessed(people.hub)
    share(people.hub, "supplier-a", partner="oem", kinds=[DataKind.EXISTENCE, DataKind.GENEALOGY, DataKind.VERDICTS])
    share(people.hub, "supplier-a", kinds=[DataKind.EXISTENCE], by=SCRIPT)
    share(people.hub, "oem", partner="supplier-a", kinds=[DataKind.VERDICTS], items=Items.DELIVERED)
    read_by(people.hub, 30)
    return people


def share(hub: Hub, owner: str, by: str = "q1", **said: object) -> None:
    """State a policy."""
    state_policy(hub, PolicyForm.model_validate({"owner": owner, "by": by} | said))


def read_by(hub: Hub, count: int) -> None:
    """The OEM and the operator looked at supplier-a, an hour between two looks."""
    now = hub.clock()
    notes = [
        StoredRead(
            at=to_micros(now - timedelta(hours=count - number)),
            owner="supplier-a",
            asker="" if number % 5 == 0 else "oem",
            token=f"token-{number}",
            asked=f"GET /api/v1/trace/{number} {SCRIPT}",
            kinds={"questions": 1} if number % 5 == 0 else {"verdicts": number, "genealogy": 1},
            version="" if number % 5 == 0 else "default",
            items=["https://id.gs1.org/01/09506000134369/21/H-00001", SCRIPT],
        )
        for number in range(count)
    ]
    with hub.store.writing() as connection:
        add_reads(connection, notes)


def witnessed(hub: Hub) -> None:
    """A witness cosigns the log as it is now; another one never did."""
    name = "witness.example/w1"
    add_witness(hub, "partner", str(witness_key(name, WITNESS)), "")
    add_witness(hub, "sleeper", str(witness_key("sleeper.example/w2", Ed25519Signer.from_seed(b"s" * 32))), "")
    with hub.store.reading() as connection:
        checkpoint = checkpoint_at(connection, hub, _size(hub))
    line = cosign(checkpoint_text(checkpoint), name, WITNESS, int(hub.clock().timestamp()))
    take_cosignatures(hub, checkpoint.size, f"{line}\n")


def entered_by(hub: Hub, plant: str, by: str) -> None:
    """Somebody states an output value of a plant."""
    enter_output_value(
        hub, plant, year=2025, amount=Decimal(1), currency="CNY", evidence=f"book {SCRIPT}", entered_by=by
    )


def _size(hub: Hub) -> int:
    with hub.store.reading() as connection:
        return log_size(connection)
