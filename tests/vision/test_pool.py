"""Pictures that kill, hang or swell their reader; real processes, a real native crash."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import msgspec
import numpy as np
import pytest

from vision.child import Child, ChildFailed
from vision.decode import decode
from vision.expectation import Check, Expectation
from vision.formats import Format
from vision.framing import read_frame, write_frame
from vision.options import DecodeOptions
from vision.pool import DecodePool, PoolLimits
from vision.symbol import Reason
from vision.worker import Order, order_of

SUPPORT = str(Path(__file__).resolve().parents[1] / "support")
QR = DecodeOptions(formats=frozenset({Format.QR}), expected=1, budget=5.0, clock=time.monotonic)


@pytest.fixture
def frail(monkeypatch, tmp_path):
    """Makes pools whose process does what the picture says; all of them are closed."""
    monkeypatch.setenv("PYTHONPATH", SUPPORT)
    pools = []

    def make(**limits: object) -> DecodePool:
        pools.append(DecodePool(PoolLimits(**limits), aside=tmp_path / "aside", module="frail_worker"))
        return pools[-1]

    yield make
    for pool in pools:
        pool.close()


@pytest.fixture
def says(printed, encoded):
    return lambda text: encoded(printed(text, "QRCode"))


def test_a_pool_says_what_decoding_here_says(printed, encoded):
    options = msgspec.structs.replace(QR, grade=True, charsets=("utf-8", "latin-1"))
    picture = encoded(printed("POOL-1", "QRCode"))
    pool = DecodePool()
    try:
        reading = pool.decode(picture, options)
    finally:
        pool.close()
    assert reading.elapsed is not None
    assert msgspec.structs.replace(reading, elapsed=None) == msgspec.structs.replace(
        decode(picture, options), elapsed=None
    )
    assert pool.processes == ()


def test_every_option_but_the_clock_reaches_the_process():
    assert {*Order.__struct_fields__, "clock"} == set(DecodeOptions.__struct_fields__)
    options = DecodeOptions(expectations=(Expectation(pattern="A.", check=Check.NONE),), grade=True)
    sent = msgspec.msgpack.decode(msgspec.msgpack.encode(order_of(options)), type=Order)
    assert sent == order_of(options)


def test_a_native_crash_costs_one_picture_and_no_more(frail, says, tmp_path):
    pool = frail()
    assert pool.decode(says("GOOD-1"), QR).symbols[0].text == "GOOD-1"
    reading = pool.decode(says("CRASH"), QR)
    assert (reading.symbols, reading.reason) == ((), Reason.READER_FAILED)
    assert "signal" in reading.detail or "exit" in reading.detail
    assert pool.decode(says("GOOD-2"), QR).symbols[0].text == "GOOD-2"
    (kept,) = (tmp_path / "aside").glob("*.picture")
    assert kept.read_bytes() == says("CRASH")
    assert "died" in kept.with_suffix(".reason.txt").read_text(encoding="utf-8")


def test_the_same_bad_picture_is_not_tried_again(frail, says):
    pool = frail()
    pool.decode(says("CRASH"), QR)
    started = pool.started
    reading = pool.decode(says("CRASH"), QR)
    assert reading.reason is Reason.READER_FAILED
    assert "not tried again" in reading.detail
    assert pool.started == started


def test_a_crash_of_the_second_reader_loses_no_code(frail, says, tmp_path):
    pool = frail()
    reading = pool.decode(says("CRASH-IN-ZBAR"), QR)
    assert reading.symbols[0].text == "CRASH-IN-ZBAR"
    assert not (tmp_path / "aside").exists()


def test_a_reader_that_hangs_is_ended(frail, says):
    pool = frail(patience=1.0)
    assert pool.decode(says("GOOD-1"), QR).symbols
    (process,) = pool.processes
    begun = time.monotonic()
    reading = pool.decode(says("HANG"), msgspec.structs.replace(QR, budget=1.0))
    assert time.monotonic() - begun < 60
    assert reading.reason is Reason.READER_FAILED
    assert "no answer within 2 s" in reading.detail
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)
    assert pool.decode(says("GOOD-2"), QR).symbols[0].text == "GOOD-2"


def test_a_process_that_has_grown_is_renewed(frail, says):
    pool = frail(renew_mb=150)
    for number in range(6):
        assert pool.decode(says("GROW") + b"\0" * number, QR).symbols
    assert 2 <= pool.started <= 6
    several = frail(renew_after=3)
    for number in range(7):
        assert several.decode(says("GOOD") + b"\0" * number, QR).symbols
    assert several.started == 3


@pytest.mark.skipif(os.name == "nt", reason="no limit on address space there")
def test_too_much_memory_is_an_answer_not_a_dead_machine(frail, says):
    pool = frail(most_mb=2048)
    assert pool.decode(says("HUGE"), QR).reason is Reason.READER_FAILED
    assert pool.decode(says("GOOD"), QR).symbols
    assert pool.started == 1


def test_several_threads_share_the_processes(frail, says):
    pool = frail(workers=2)
    texts: list[str] = []

    def read(number: int) -> None:
        reading = pool.decode(says("CRASH" if number == 3 else f"THREAD-{number}"), QR)
        texts.extend(symbol.text for symbol in reading.symbols)

    threads = [threading.Thread(target=read, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert sorted(texts) == sorted(f"THREAD-{number}" for number in range(8) if number != 3)
    assert 1 <= len(pool.processes) <= 2


def test_a_closed_pool_lets_go_of_who_waits(frail, says):
    pool = frail()
    pool.decode(says("GOOD"), QR)
    readings = []
    waiting = threading.Thread(target=lambda: readings.append(pool.decode(says("HANG"), QR)))
    waiting.start()
    time.sleep(0.5)
    pool.close()
    waiting.join(60)
    assert readings[0].reason is Reason.READER_FAILED
    assert pool.processes == ()


@pytest.mark.parametrize("module", ["no_such_module", "this"])
def test_a_process_that_does_not_start_is_said_so(module):
    child = Child([module])
    with pytest.raises(ChildFailed, match="does not start"):
        child.ask(b"", 30)
    assert child.pid is None


def test_frames_that_end_early_or_claim_too_much_are_an_end(tmp_path):
    file = tmp_path / "frames"
    with file.open("wb") as stream:
        write_frame(stream, b"first")
        write_frame(stream, b"")
        stream.write(b"\x00\x00\x00\x09short")
    with file.open("rb") as stream:
        assert [read_frame(stream) for _ in range(3)] == [b"first", b"", None]
    file.write_bytes(b"\xff\xff\xff\xff" + bytes(10))
    with file.open("rb") as stream:
        assert read_frame(stream) is None


def test_noise_of_any_size_ends_in_time(frail, encoded):
    noise = np.random.default_rng(2).integers(0, 256, (700, 900)).astype(np.uint8)
    reading = frail().decode(encoded(noise), msgspec.structs.replace(QR, budget=0.5))
    assert reading.symbols == ()
    assert reading.reason in {Reason.NONE_FOUND, Reason.UNREADABLE}


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the system says it rightly")
def test_the_memory_of_whoever_starts_a_process_is_not_held_against_it():
    """A process that is large itself would otherwise renew its readers after each picture."""
    ask = (
        "import subprocess, sys; large = bytearray(b'x') * (600 << 20); sys.exit(subprocess.call([sys.executable, '-c',"
    )
    ask += " 'import sys; from vision.worker import peak_mb; sys.exit(0 < peak_mb() < 400)']))"
    assert subprocess.run([sys.executable, "-c", ask], check=False).returncode == 1
