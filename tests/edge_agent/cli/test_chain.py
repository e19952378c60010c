"""``chain new``: another chain by hand, that cites the last receipt and leaves what is unsent to the hub's decision."""

import json

from small_agent import write_agent

from edge_agent.cli import main
from edge_agent.config.load import load_config
from edge_agent.datafolder import OUTBOX, held_folder
from edge_agent.outbox.schema import open_for_reading
from traceability.batch.open import open_batch
from traceability.record.codec import decode_record
from traceability.record.production import ChainStartRecord


def chains(config):
    connection = open_for_reading(config.data / OUTBOX)
    bodies = [body for (body,) in connection.execute("SELECT body FROM batch ORDER BY seq")]
    lines = [line for (line,) in connection.execute("SELECT line FROM record ORDER BY seq")]
    connection.close()
    return [open_batch(body).header for body in bodies], [decode_record(line) for line in lines]


def test_a_new_chain_begins_and_the_old_ones_records_stay_to_be_sent(tmp_path, capsys):
    file = write_agent(tmp_path, 1) / "agent.toml"
    config = load_config(file)
    said = []
    for _ in range(2):
        assert main(["chain", "new", str(file), "--reason", "restored from a snapshot", "--json"]) == 0
        said.append(json.loads(capsys.readouterr().out))
    first, second = said
    assert first["before"] is None
    assert second["before"] == first["chain"] != second["chain"]
    headers, records = chains(config)
    assert [header.seq for header in headers] == [1, 1]
    assert headers[1].chain == first["chain"]
    assert second["unsent_batches"] == 2
    (start,) = [record for record in records if isinstance(record, ChainStartRecord)]
    assert start.reason == "restored from a snapshot"
    assert records[0].id == second["chain"]


def test_it_is_refused_beside_a_running_agent_and_without_a_reason(tmp_path, capsys):
    file = write_agent(tmp_path, 1) / "agent.toml"
    assert main(["chain", "new", str(file), "--reason", " "]) == 1
    assert "say why" in capsys.readouterr().err
    with held_folder(load_config(file).data):
        assert main(["chain", "new", str(file), "--reason", "x"]) == 1
    assert "another agent" in capsys.readouterr().err
