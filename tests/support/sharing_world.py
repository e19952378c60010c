"""Small supply chains at random, and who may see what in them by a plain model that knows no SQL.

Three companies build a few units each and state policies; everything one of them records is a ``Fact``.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from small_hub import START, SmallAgent
from small_pictures import hash_of, png

from hub.accounts.asker import Scope
from hub.accounts.tokens import make_token
from hub.entry.master import add_agent, add_organisation, add_plant
from hub.entry.trace_entries import enter_shipments
from hub.entry.trace_forms import EndpointForm, ShipmentForm, ShippedForm
from hub.parts import Hub
from hub.sharing.forms import PolicyForm
from hub.sharing.state import state_policy
from traceability.identifier.item import lot_uri, part_uri, unit_uri
from traceability.quality.alarm.rule import AlarmKind
from traceability.record.alarm import AlarmRecord
from traceability.record.base import Record
from traceability.record.production import (
    AssociationRecord,
    CodesRecord,
    Component,
    DataLossRecord,
    HoldRecord,
    HoldScope,
    HoldState,
    InterlockRefusalRecord,
    MeasuredValue,
    MeasurementsRecord,
    Picture,
    PicturesRecord,
    UnitResultRecord,
)
from traceability.record.sharing import DataKind, Items
from traceability.record.telemetry import TelemetryRecord, TelemetrySample, TelemetrySeries
from traceability.unit import Verdict

ORGS = ("oem", "tier1", "tier2")
GTINS = {"oem": ("09506000134352",), "tier1": ("09506000134369", "09506000134376"), "tier2": ("09506000134383",)}
GTIN_LIST = tuple(gtin for several in GTINS.values() for gtin in several)
PARTS = tuple(part_uri(gtin) for gtin in GTIN_LIST)
UNITS = tuple(unit_uri(gtin, serial) for gtin in GTIN_LIST for serial in ("S1", "S2"))
LOTS = (lot_uri(GTIN_LIST[-1], "L1"),)
THINGS = (*UNITS, *LOTS)


def part_of_thing(thing: str) -> str:
    return next(part for part in PARTS if thing.startswith(part + "/"))


PLAIN = ""
FORMS = {  # record kinds beside the plain one of a data kind
    DataKind.VERDICTS: ("hold", "refusal", "alarm", "telemetry"),
    DataKind.PICTURES: ("codes",),
}
"""What shares the data kind of a plain record; an alarm needs that of the measurements too, telemetry is nobody's."""
UNSEALED = ("hold", "refusal", "alarm", "telemetry")
"""Of these nobody learns that they exist unless they are shown."""


@dataclass(frozen=True)
class Fact:
    """One record of ``org``; ``children`` of a link only. ``form`` is another record of the same data kind."""

    org: str
    kind: DataKind
    thing: str
    verdict: Verdict = Verdict.OK
    children: tuple[str, ...] = ()
    form: str = PLAIN


@dataclass(frozen=True)
class Shipping:
    """``org`` says it sent ``thing`` to ``to``, or that it received it from there."""

    org: str
    to: str
    thing: str
    step: str


@dataclass(frozen=True)
class Stated:
    owner: str
    partner: str
    part: str
    kinds: tuple[DataKind, ...] | None
    items: Items


@dataclass
class World:
    facts: list[Fact]
    shippings: list[Shipping]
    policies: list[Stated]

    # the model -----------------------------------------------------------------------------------------------------

    def policy(self, owner: str, asker: str, part: str) -> Stated | None:
        """The policy that decides; the last word on each (partner, part), the most particular of them."""
        last = {(one.partner, one.part): one for one in self.policies if one.owner == owner}
        for key in ((asker, part), (asker, ""), ("", part), ("", "")):
            if key in last and last[key].kinds is not None:
                return last[key]
        return None

    def shares(self, owner: str, asker: str, kind: DataKind, thing: str, near: bool) -> bool:
        policy = self.policy(owner, asker, part_of_thing(thing))
        if policy is None:
            return kind in (DataKind.EXISTENCE, DataKind.GENEALOGY) and near
        if policy.kinds is None or kind not in policy.kinds:
            return False
        return policy.items is Items.ALL or self.delivered(owner, asker, thing)

    def delivered(self, owner: str, asker: str, thing: str) -> bool:
        return Shipping(owner, asker, thing, "ship") in self.shippings

    def took_in(self, org: str, thing: str) -> bool:
        return any(fact.org == org and thing in fact.children for fact in self.facts) or any(
            one.thing == thing and one.step == "receive" and one.org == org for one in self.shippings
        )

    def seen_children(self, asker: str, fact: Fact) -> tuple[str, ...]:
        """The children of a link fact that the asker sees."""
        return tuple(
            child
            for child in fact.children
            if fact.org == asker
            or self.shares(fact.org, asker, DataKind.GENEALOGY, fact.thing, self.sent_or_made(asker, child))
        )

    def sent_or_made(self, org: str, thing: str) -> bool:
        """Own results, own links, or own shipping of the thing."""
        own = any(
            fact.org == org
            and fact.thing == thing
            and fact.kind in (DataKind.VERDICTS, DataKind.GENEALOGY)
            and fact.form is PLAIN
            for fact in self.facts
        )
        return own or any(one.thing == thing and source_of(one) == org for one in self.shippings)

    def sees(self, asker: str, fact: Fact) -> bool:
        """All of it."""
        if fact.org == asker:
            return True
        if fact.kind is DataKind.GENEALOGY:
            return self.seen_children(asker, fact) == fact.children
        if fact.form == "telemetry":
            return False
        kinds = (fact.kind, DataKind.MEASUREMENTS) if fact.form == "alarm" else (fact.kind,)
        return all(self.shares(fact.org, asker, kind, fact.thing, near=False) for kind in kinds)

    def knows_of(self, asker: str, fact: Fact) -> bool:
        """That it exists."""
        if fact.form in UNSEALED:
            return False
        holds_own = any(
            other.org == fact.org
            and other.thing == fact.thing
            and any(self.sent_or_made(asker, child) for child in other.children)
            for other in self.facts
        )
        near = holds_own or self.took_in(asker, fact.thing) or self.delivered(fact.org, asker, fact.thing)
        return self.shares(fact.org, asker, DataKind.EXISTENCE, fact.thing, near)

    # the hub -------------------------------------------------------------------------------------------------------

    def records(self, org: str, agent: SmallAgent, blind_to: str | None = None) -> list[Record]:
        """What ``org`` seals; what ``blind_to`` neither sees nor knows of is made a loss entry."""
        own = [(number, fact) for number, fact in enumerate(self.facts) if fact.org == org]
        return [self._record(number, fact, agent, ahead, blind_to) for ahead, (number, fact) in enumerate(own)]

    def _record(self, number: int, fact: Fact, agent: SmallAgent, ahead: int, blind_to: str | None) -> Record:
        stamp: dict[str, Any] = agent.stamp(ahead)
        children = fact.children
        if blind_to is not None and not self.sees(blind_to, fact) and not self.knows_of(blind_to, fact):
            children = self.seen_children(blind_to, fact)
            if not children:
                return DataLossRecord(id="lost", stream="other", count=1, reason="lost", **stamp)
        identity = {"id": f"{fact.org}:{fact.thing.rpartition('/01/')[2]}", **stamp}
        mark = self.mark(number)
        if fact.form is not PLAIN:
            return _other_form(fact, mark, identity)
        match fact.kind:
            case DataKind.VERDICTS:
                return UnitResultRecord(
                    unit=fact.thing,
                    part=part_of_thing(fact.thing),
                    operation="OP10",
                    work_cell=f"cell-{mark}",
                    verdict=fact.verdict,
                    attempt=1,
                    defect=mark,
                    **identity,
                )
            case DataKind.MEASUREMENTS:
                value = MeasuredValue(characteristic=mark, value=number, decimals=1, uom="MMT")
                return MeasurementsRecord(unit=fact.thing, operation="OP10", values=(value,), **identity)
            case DataKind.PICTURES:
                content = self.content(number)
                picture = Picture(sha256=hash_of(content), size=len(content), position=mark)
                return PicturesRecord(unit=fact.thing, operation="OP10", pictures=(picture,), **identity)
            case _:
                components = tuple(Component(item=child, position=mark) for child in children)
                return AssociationRecord(parent=fact.thing, operation="OP10", components=components, **identity)

    @staticmethod
    def mark(number: int) -> str:
        """A word that stands in the records of one fact and nowhere else."""
        return f"mark{number:03}x"

    @classmethod
    def content(cls, number: int) -> bytes:
        """The file behind the picture of one fact; its mark stands in it."""
        return png(cls.mark(number))

    def build(self, hub: Hub, blind_to: str | None = None) -> list[bytes]:
        """Enter companies, policies and shipments; gives the batches of the agents, to be sent."""
        batches = []
        for org in ORGS:
            agent = SmallAgent(f"{org}.line")
            add_organisation(hub, org, f"Company {org}")
            add_plant(hub, f"{org}-plant", organisation=org, name=f"Plant of {org}")
            add_agent(hub, agent.author, plant=f"{org}-plant", public_key=agent.public_key)
            records = self.records(org, agent, blind_to)
            if records:
                batches.append(agent.seal(*records))
        for one in self.policies:
            state_policy(hub, policy_form(one))
        for number, shipping in enumerate(self.shippings):
            enter_shipments(hub, [shipment_form(number, shipping)])
        return batches


def _other_form(fact: Fact, mark: str, identity: dict[str, Any]) -> Record:
    match fact.form:
        case "hold":
            return HoldRecord(
                scope=HoldScope.UNIT, target=fact.thing, state=HoldState.PLACED, by="p1", reason=mark, **identity
            )
        case "refusal":
            return InterlockRefusalRecord(
                unit=fact.thing, serial=mark, operation="OP10", work_cell="cell", code=1, reason=mark, **identity
            )
        case "alarm":
            return AlarmRecord(
                rule=mark, warns_of=AlarmKind.YIELD_DROP, part=part_of_thing(fact.thing), operation="OP10",
                work_cell="cell", result="r1", signs=(mark,), statistic="1", limit="2", unit=fact.thing, **identity,
            )  # fmt: skip
        case "telemetry":
            series = TelemetrySeries(point=mark, samples=(TelemetrySample(after_ms=0, value="1"),))
            return TelemetryRecord(device=mark, every_ms=1000, series=(series,), **identity)
        case _:
            return CodesRecord(unit=fact.thing, operation="OP10", reader=mark, reason=mark, **identity)


def source_of(one: Shipping) -> str:
    return one.org if one.step == "ship" else one.to


def policy_form(one: Stated) -> PolicyForm:
    kinds = None if one.kinds is None else list(one.kinds)
    return PolicyForm(owner=one.owner, by="p1", partner=one.partner, part=one.part, kinds=kinds, items=one.items)


def shipment_form(number: int, one: Shipping) -> ShipmentForm:
    ends = (one.org, one.to) if one.step == "ship" else (one.to, one.org)
    return ShipmentForm.model_validate(
        {
            "id": f"D{number}",
            "step": one.step,
            "source": EndpointForm(party=ends[0]),
            "destination": EndpointForm(party=ends[1]),
            "items": [ShippedForm(item=one.thing)],
            "at": START + timedelta(hours=1),
        }
    )


def bearer(hub: Hub, org: str, *scopes: Scope) -> dict[str, str]:
    """The header by which ``org`` asks."""
    return {"Authorization": f"Bearer {make_token(hub, org, scopes or list(Scope)).text}"}


@st.composite
def facts(draw: st.DrawFn) -> Fact:
    org = draw(st.sampled_from(ORGS))
    kind = draw(st.sampled_from((DataKind.VERDICTS, DataKind.MEASUREMENTS, DataKind.PICTURES, DataKind.GENEALOGY)))
    mine = [unit for unit in UNITS if any(gtin in unit for gtin in GTINS[org])]
    thing = draw(st.sampled_from(mine if draw(st.integers(0, 5)) else UNITS))
    if kind is not DataKind.GENEALOGY:
        form = draw(st.sampled_from((PLAIN, PLAIN, *FORMS.get(kind, ()))))
        return Fact(org, kind, thing, draw(st.sampled_from((Verdict.OK, Verdict.NOT_OK))), form=form)
    others = [each for each in THINGS if each != thing]
    children = draw(st.lists(st.sampled_from(others), min_size=1, max_size=2, unique=True))
    return Fact(org, kind, thing, children=tuple(children))


def shippings() -> st.SearchStrategy[Shipping]:
    made = st.builds(
        Shipping,
        st.sampled_from(ORGS),
        st.sampled_from(ORGS),
        st.sampled_from(THINGS),
        st.sampled_from(("ship",) * 3 + ("receive",)),
    )
    return made.filter(lambda one: one.org != one.to)


def policies() -> st.SearchStrategy[Stated]:
    kinds = st.lists(st.sampled_from(list(DataKind)), unique=True, max_size=5).map(tuple)
    made = st.builds(
        Stated,
        st.sampled_from(ORGS),
        st.sampled_from(("", *ORGS)),
        st.sampled_from(("", "", *PARTS)),
        st.one_of(kinds, kinds, kinds, st.none()),
        st.sampled_from(list(Items)),
    )
    return made.filter(lambda one: one.owner != one.partner)


def worlds() -> st.SearchStrategy[World]:
    return st.builds(
        World,
        st.lists(facts(), min_size=2, max_size=12),
        st.lists(shippings(), max_size=3),
        st.lists(policies(), max_size=5),
    )
