"""The summary from tallies and links says what reading every result says: to the operator, and to organisations."""

from collections import defaultdict

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from small_chain import HOUSING, Chain, Line, housing, machine, small_chain
from small_hub import small_hub

from hub.entry.trace_entries import enter_correction
from hub.entry.trace_forms import CorrectionForm, TargetForm
from hub.scorecard.gather import gather
from hub.scorecard.submissions import histories, submits
from hub.sharing.forms import PolicyForm
from hub.sharing.seen import ground_for
from hub.sharing.state import state_policy
from hub.store.core.database import Reading
from hub.store.sharing.views import look_as
from hub.summary import summary as summaries
from hub.summary.finished import as_built, finals_of_plants, is_traceable
from hub.summary.summary import summary
from traceability.identifier.item import part_uri
from traceability.record.sharing import DataKind, Items
from traceability.unit import Purpose, Verdict

VERDICTS = st.sampled_from((Verdict.OK, Verdict.OK, Verdict.NOT_OK, Verdict.NOT_DECIDABLE))
RESULTS = st.tuples(
    st.booleans(), st.integers(0, 3), st.sampled_from(("OP10", "OP20", "OP20")), VERDICTS, st.booleans()
)
JOINS = st.tuples(st.integers(1, 3), st.integers(1, 3), st.booleans(), st.sampled_from(("ADD", "ADD", "ADD", "DELETE")))
POLICIES = st.tuples(
    st.lists(st.sampled_from(list(DataKind)), unique=True, max_size=5), st.sampled_from(list(Items)), st.booleans()
)


@given(st.lists(RESULTS, max_size=12), st.lists(JOINS, max_size=6), POLICIES, st.booleans())
@settings(
    max_examples=12,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_from_tallies_or_from_every_result_it_is_the_same(
    tmp_path_factory: pytest.TempPathFactory,
    results: list[tuple[bool, int, str, Verdict, bool]],
    joins: list[tuple[int, int, bool, str]],
    policy: tuple[list[DataKind], Items, bool],
    wrong: bool,
) -> None:
    hub = small_hub(tmp_path_factory.mktemp("figures") / "hub")
    chain = small_chain(hub)
    made = [write(chain, one) for one in results]
    for parent, child, nested, action in joins:
        item = machine(f"S{child}") if nested else housing(f"S{child}")
        chain.oem.join(f"j{parent}{child}", f"S{parent}", item, action=action)
    chain.send()
    if wrong and made:
        line, result = made[0]
        target = TargetForm(author=line.agent.author, record=result)
        enter_correction(hub, CorrectionForm(target=target, reason="wrong", entered_by="q"))
    kinds, items, named = policy
    part = part_uri(HOUSING) if named else ""
    owner, partner = "supplier-company", "oem-company"
    state_policy(hub, PolicyForm(owner=owner, partner=partner, by="q", part=part, kinds=kinds, items=items))
    with hub.store.reading() as connection:
        agree(connection)
    for organisation in (owner, partner):
        with hub.store.looking() as connection:
            look_as(connection, ground_for(connection, organisation, hub.clock())[0])
            agree(connection)
    hub.store.close()


def write(chain: Chain, one: tuple[bool, int, str, Verdict, bool]) -> tuple[Line, str]:
    """A result of one of three units, or (0) of one that nobody could read."""
    ours, serial, operation, verdict, again = one
    line = chain.oem if ours else chain.supplier
    purpose = Purpose.RETEST if again else Purpose.FIRST
    return line, line.result(f"S{serial}" if serial else None, operation, verdict, purpose=purpose)


def agree(connection: Reading) -> None:
    told = summary(connection)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(summaries, "is_kept", lambda _: False)
        assert summary(connection) == told
    by_part, finished = looked_through(connection)
    assert {
        (one.plant.id, one.part.id): (one.accepted, one.assembled, one.traceable) for one in told.finished
    } == by_part
    assert told.finished_units == finished


def looked_through(connection: Reading) -> tuple[dict[tuple[str, str], tuple[int, bool, int]], int]:
    """Every unit with every component of it, followed at once."""
    gathered = gather(connection)
    finals = finals_of_plants(entry for records in gathered.plants.values() for entry in records.plans)
    accepted: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for plant, records in gathered.plants.items():
        for history in histories(records.results):
            last = [attempt for attempt in history.attempts if submits(attempt)][-1:]
            if history.operation in finals.get((plant, history.part), ()):
                accepted[plant, history.part].update(one.unit for one in last if one.verdict is Verdict.OK)
    built = as_built(connection, set().union(*accepted.values()))
    found, finished = {}, set[str]()
    for key in finals:
        units = accepted[key]
        assembled = any(built.components.get(unit) for unit in units)
        whole = {unit for unit in units if is_traceable(unit, built)}
        if assembled:
            whole = {unit for unit in whole if built.components.get(unit)}
            finished |= whole
        found[key] = (len(units), assembled, len(whole))
    return found, len(finished - built.installed)
