"""What a result was made with becomes rows of its own, and none where it does not say."""

from datetime import timedelta
from pathlib import Path

import msgspec
from small_hub import START, projection_of, small_agent, small_hub

from hub.ingest.ingest import ingest
from hub.projection.rebuild import rebuild
from hub.store.trace.details import tools_and_recipes_of
from traceability.record.codec import decode_record, encode_record
from traceability.record.correction import CorrectionRecord, Target
from traceability.record.production import Recipe


def test_a_line_without_recipe_and_tools_is_as_it_always_was(tmp_path: Path) -> None:
    hub = small_hub(tmp_path / "hub")
    agent = small_agent(hub)
    line = encode_record(agent.result("U1"))
    assert not {b"recipe", b"tools", b"operator"} & set(line.replace(b'"', b" ").split())
    assert decode_record(line) == agent.result("U1")
    ingest(hub, agent.seal(agent.result("U1")), compressed=False)
    rows = projection_of(hub)
    assert rows["result_detail"] == rows["result_tool"] == []
    hub.store.close()


def test_recipe_operator_and_tools_are_found_by_unit_in_the_order_of_the_records(tmp_path: Path) -> None:
    hub = small_hub(tmp_path / "hub")
    agent = small_agent(hub)
    first = agent.result("U1", recipe=Recipe(id="R7", version="2"), tools=("T1", "cavity-3", "T1"), operator="op-41")
    second = agent.result("U1", 1, tools=("T2",), attempt=2)
    third = agent.result("U2", 2, recipe=Recipe(id="R7"))
    ingest(hub, agent.seal(first, second, third, agent.result("U3", 3)), compressed=False)
    with hub.store.reading() as connection:
        assert first.unit is not None
        assert third.unit is not None
        found = tools_and_recipes_of(connection, [first.unit, third.unit, "https://id.gs1.org/01/1/21/none"])
        assert tools_and_recipes_of(connection, [first.unit], log_size=0) == {}
    assert list(found) == [first.unit, third.unit]
    one, two = found[first.unit]
    assert (one.recipe, one.recipe_version, one.operator, one.tools) == ("R7", "2", "op-41", ("T1", "cavity-3"))
    assert (one.work_cell, one.plant, one.event_time) == (first.work_cell, "plant-a", START + timedelta(seconds=1))
    assert (two.recipe, two.operator, two.tools, two.erroneous) == (None, None, ("T2",), False)
    assert [(made.recipe, made.recipe_version, made.tools) for made in found[third.unit]] == [("R7", None, ())]
    rows = projection_of(hub)
    rebuild(hub)
    assert projection_of(hub) == rows
    hub.store.close()


def test_what_was_declared_wrong_is_marked(tmp_path: Path) -> None:
    hub = small_hub(tmp_path / "hub")
    agent = small_agent(hub)
    result = agent.result("U1", recipe=Recipe(id="R7"), tools=("T1",))
    ingest(hub, agent.seal(result), compressed=False)
    target = Target(author=agent.author, record=result.id)
    wrong = CorrectionRecord(id="c1", target=target, reason="wrong tool reported", **agent.stamp())
    ingest(hub, agent.seal(wrong), compressed=False)
    with hub.store.reading() as connection:
        assert result.unit is not None
        (made,) = tools_and_recipes_of(connection, [result.unit])[result.unit]
        (before,) = tools_and_recipes_of(connection, [result.unit], log_size=made.batch_id + 1)[result.unit]
    assert made.erroneous
    assert before == msgspec.structs.replace(made, erroneous=False)
    hub.store.close()
