"""Log lines: one each, for people or for machines, in files that do not grow without end."""

import asyncio
import errno
import io
import json
import logging
import os

import pytest
from pymodbus.client import AsyncModbusTcpClient

from edge_agent.log import LogRule, say, write_log_lines

LOG = logging.getLogger("edge_agent.test")


@pytest.fixture(autouse=True)
def logging_as_it_was():
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    for handler in root.handlers:
        if handler not in handlers:
            handler.close()
    root.handlers[:] = handlers
    root.setLevel(level)


def lines(stream):
    return stream.getvalue().splitlines()


def test_a_text_line_names_its_subject_and_the_next_step():
    stream = io.StringIO()
    write_log_lines(stream, logging.INFO)
    say(LOG, logging.WARNING, "device is down", device="cell-1", point=None, error="no\nanswer", next="check the cable")
    (line,) = lines(stream)
    assert line.split(" ", 1)[1] == (
        'level=warning what="device is down" device=cell-1 error="no\\nanswer" next="check the cable"'
    )


def test_a_json_line_is_one_object_with_the_same_keys():
    stream = io.StringIO()
    write_log_lines(stream, logging.INFO, LogRule(json=True))
    say(LOG, logging.WARNING, "设备断开", device="cell-1", seq=7, point=None, file=asyncio.Lock)
    try:
        raise ValueError("x\ny")
    except ValueError:
        LOG.exception("it broke")
    first, second = map(json.loads, lines(stream))
    assert (first["what"], first["device"], first["seq"], "point" in first) == ("设备断开", "cell-1", 7, False)
    assert "ValueError: x\ny" in second["traceback"]


def test_a_file_is_put_aside_when_it_is_full_and_only_so_many_stay(tmp_path):
    file = tmp_path / "logs" / "agent.log"
    write_log_lines(io.StringIO(), logging.INFO, LogRule(file=file, max_bytes=10_000, keep=2))
    for number in range(400):
        say(LOG, logging.INFO, "batch sealed", seq=number, hash="x" * 60)
    found = sorted(path.name for path in file.parent.iterdir())
    assert found == ["agent.log", "agent.log.1", "agent.log.2"]
    assert all(path.stat().st_size <= 10_000 for path in file.parent.iterdir())
    assert "seq=399" in file.read_text(encoding="utf-8")


def test_another_rule_ends_the_file_of_the_first(tmp_path):
    first, second = tmp_path / "1", tmp_path / "2"
    write_log_lines(io.StringIO(), logging.INFO, LogRule(file=first))
    say(LOG, logging.INFO, "one")
    write_log_lines(io.StringIO(), logging.INFO, LogRule(file=second))
    say(LOG, logging.INFO, "two")
    assert "two" not in first.read_text()
    assert "one" not in second.read_text()


class FullDisk(io.StringIO):
    def write(self, _):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_full_disk_is_said_once_and_stops_nothing(tmp_path, capsys):
    stream = io.StringIO()
    write_log_lines(stream, logging.INFO, LogRule(file=tmp_path / "log"))
    handler = logging.getLogger().handlers[1]
    handler.stream.close()
    handler.stream = FullDisk()
    for _ in range(3):
        say(LOG, logging.INFO, "goes on")
    assert capsys.readouterr().err.count("log lines cannot be written: [Errno 28]") == 1
    assert len(lines(stream)) == 3


async def test_libraries_do_not_repeat_what_the_agent_says():
    stream = io.StringIO()
    write_log_lines(stream, logging.DEBUG)
    client = AsyncModbusTcpClient("127.0.0.1", port=9, timeout=1, retries=0, reconnect_delay=0)
    assert not await client.connect()
    client.close()
    for name in ("asyncua.client", "pymodbus.x", "uvicorn.error", "httpx", "llrpkit.client"):
        logging.getLogger(name).error("noise")
    assert lines(stream) == []
