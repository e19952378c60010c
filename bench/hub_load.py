"""Many agents at one hub: errors, time from a batch's last byte to its receipt, fairness, memory of the hub.

    python bench/hub_load.py [--agents 1000] [--every 5] [--rounds 6] [--results 5] [--measurements 10]
                             [--readers 0] [--apart] [--web 0]

A real hub in a process of its own, asked over HTTP on loopback. All batches are made and signed beforehand. Each agent
keeps a connection of its own and sends a batch every so many seconds, at moments spread evenly; when it is told to
come again (503, 429) it does, and that counts. Agents speak as little HTTP as will do, for they share the machine's
cores with the hub: their processor time is told as well. ``--readers`` look about a second at each page meanwhile;
``--apart`` they ask a process of their own that serves the same hub; ``--web`` is the hub's own option, by which it
has so many processes for people behind its one address. Run twice, the second time with twice the
interval: half the rate.
"""

import argparse
import asyncio
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import httpx
import msgspec
from hub_ingest import BEGIN, GTIN

from hub.composition import create_hub
from hub.entry.master import add_organisation, add_plant
from hub.entry.seal import Stamps, enter
from hub.parts import Hub
from hub.store.core.database import Reading
from traceability.batch.header import FORMAT_VERSION, Header
from traceability.batch.open import compress, open_batch
from traceability.batch.seal import records_root, seal_batch
from traceability.encoding import sha256, tagged, to_base64
from traceability.identifier.item import part_uri, unit_uri
from traceability.record.codec import encode_record
from traceability.record.master import AuthorKeyRecord
from traceability.record.production import MeasuredValue, MeasurementsRecord, UnitResultRecord
from traceability.signing import Ed25519Signer
from traceability.sync import BATCH_TYPE, BATCHES_PATH
from traceability.unit import Environment, Verdict

PAGES = ("/", "/suppliers", "/plants/p", "/search?q=S1", "/api/v1/plants/p/yields")
_HEAD = (
    f"POST {BATCHES_PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Encoding: zstd\r\nContent-Type: {BATCH_TYPE}\r\n"
    "Content-Length: "
)


class Seen(msgspec.Struct):
    """What came of a run."""

    seconds: list[float]
    pages: list[float]
    answers: Counter[int]
    by_agent: Counter[int]


def agent_batches(number: int, options: argparse.Namespace) -> list[bytes]:
    """The batches of one agent, sealed and compressed, in the order of its chain."""
    dice, signer = random.Random(number), signer_of(number)
    author, chain, prev, made, due = name_of(number), f"{number:032x}", None, [], 1
    for seq in range(1, options.rounds + 1):
        lines = []
        for at in range(options.results):
            unit, name = unit_uri(GTIN, f"S{number}-{seq}-{at}"), f"r-{number}-{seq}-{at}"
            stamp = {"event_time": BEGIN, "salt": dice.randbytes(16).hex()}
            result = UnitResultRecord(
                id=name, seq=due, unit=unit, part=part_uri(GTIN), operation="OP10", work_cell=author,
                verdict=Verdict.OK, attempt=1, cycle=due, source_time=BEGIN, **stamp,
            )  # fmt: skip
            values = tuple(
                MeasuredValue(characteristic=f"c{one}", value=round(dice.gauss(25_000, 60)), decimals=4, uom="mm")
                for one in range(options.measurements)
            )
            measured = MeasurementsRecord(id=name, seq=due + 1, unit=unit, operation="OP10", values=values, **stamp)
            lines += [encode_record(result), encode_record(measured)]
            due += 2
        header = Header(
            format=FORMAT_VERSION, author=author, environment=Environment.TEST, chain=chain, seq=seq, prev=prev,
            sealed_at=BEGIN, first_record=due - len(lines), records=len(lines), root=records_root(lines),
            config=tagged(sha256(b"configuration")),
        )  # fmt: skip
        sealed = seal_batch(header, lines, signer)
        prev = open_batch(sealed).hash
        made.append(compress(sealed))
    return made


def name_of(number: int) -> str:
    """The agent's id."""
    return f"bench.line-{number}"


def signer_of(number: int) -> Ed25519Signer:
    """The agent's key."""
    return Ed25519Signer.from_seed(sha256(name_of(number).encode()))


def registered(folder: Path, agents: int) -> None:
    """A new hub that knows the agents."""
    hub: Hub = create_hub(folder, origin="bench/log", environment=Environment.TEST)
    add_organisation(hub, "company", "Company")
    add_plant(hub, "p", organisation="company", name="p")

    def keys(_connection: Reading, stamps: Stamps) -> list[AuthorKeyRecord]:
        return [
            AuthorKeyRecord(
                id=name_of(number), plant="p", environment=Environment.TEST,
                public_key=to_base64(signer_of(number).public_key), **stamps(),
            )
            for number in range(agents)
        ]  # fmt: skip

    enter(hub, keys)
    hub.store.close()


def served(folder: Path, name: str = "hub", role: str = "all", web: int = 0) -> tuple[subprocess.Popen[bytes], str]:
    """The hub in a process of its own, and its address."""
    ready = folder / f"{name}.json"
    ready.unlink(missing_ok=True)
    command = [sys.executable, "-m", "hub", "serve", "--data", str(folder / "hub"), "--port", "0", "--open-pages",
               "--role", role, "--ready-file", str(ready), *(("--web", str(web)) if web else ())]  # fmt: skip
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=(folder / f"{name}.log").open("wb"))
    for _ in range(1800):
        if ready.exists():
            return process, str(msgspec.json.decode(ready.read_bytes())["url"])
        time.sleep(0.1)
    raise SystemExit("the hub did not start")


class Answer(msgspec.Struct):
    """An answer's status, and after how many seconds to come again."""

    status: int
    retry_after: float


class Line:
    """One agent's connection, made anew when it is gone."""

    def __init__(self, host: str, port: int) -> None:
        self._place = host, port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, body: bytes) -> Answer:
        """Send a batch and read the answer whole."""
        if self._streams is None or self._streams[0].at_eof():
            self._streams = await asyncio.open_connection(*self._place)
        reader, writer = self._streams
        writer.write(f"{_HEAD}{len(body)}\r\n\r\n".encode() + body)
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        named = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if line)
        await reader.readexactly(int(named.get("content-length", "0")))
        if named.get("connection") == "close":
            self.close()
        return Answer(int(head.split(" ", 2)[1]), float(named.get("retry-after", "1")))

    def close(self) -> None:
        """Hang up."""
        if self._streams is not None:
            self._streams[1].close()
        self._streams = None


async def sending(line: Line, number: int, bodies: list[bytes], options: argparse.Namespace, seen: Seen) -> None:
    """One agent: a batch at each of its moments, again when it is told to come again."""
    begin = asyncio.get_running_loop().time() + options.every * number / options.agents
    for turn, body in enumerate(bodies):
        await asyncio.sleep(max(0.0, begin + turn * options.every - asyncio.get_running_loop().time()))
        while True:
            started = time.perf_counter()
            answer = await line.post(body)
            seen.answers[answer.status] += 1
            if answer.status == 201:
                seen.seconds.append(time.perf_counter() - started)
                seen.by_agent[number] += 1
                break
            await asyncio.sleep(answer.retry_after)
    line.close()


async def reading(client: httpx.AsyncClient, number: int, seen: Seen, ended: asyncio.Event) -> None:
    """Somebody who looks at pages, about a second at each."""
    dice = random.Random(number)
    await asyncio.sleep(dice.random())
    while not ended.is_set():
        for page in PAGES:
            started = time.perf_counter()
            await client.get(page)
            seen.pages.append(time.perf_counter() - started)
            await asyncio.sleep(dice.uniform(0.5, 1.5))


async def load(url: str, pages: str, made: list[list[bytes]], options: argparse.Namespace) -> tuple[Seen, float]:
    """All agents, and the readers."""
    seen, ended = Seen([], [], Counter(), Counter()), asyncio.Event()
    place = httpx.URL(url)
    async with httpx.AsyncClient(base_url=pages, timeout=120) as client:
        began = time.perf_counter()
        readers = [asyncio.create_task(reading(client, number, seen, ended)) for number in range(options.readers)]
        lines = [Line(place.host, place.port or 80) for _ in made]
        await asyncio.gather(*(sending(lines[at], at, bodies, options, seen) for at, bodies in enumerate(made)))
        took = time.perf_counter() - began
        ended.set()
        await asyncio.gather(*readers)
    return seen, took


def tell(seen: Seen, took: float, options: argparse.Namespace, pid: int, cpu: float) -> None:
    """Print it."""
    ordered = sorted(seen.seconds)
    each = [seen.by_agent[number] for number in range(options.agents)]
    memory = int(Path(f"/proc/{pid}/status").read_text().split("VmHWM:")[1].split()[0]) / 1024
    asked, taken = options.agents / options.every, len(ordered) / took
    print(f"agents {options.agents}, every {options.every:g} s: {asked:.0f} batches/s asked, {taken:.0f} taken")
    told = ", ".join(f"p{share} {_at(ordered, share / 100):.0f} ms" for share in (50, 95, 99))
    print(f"receipt after {told}")
    print(f"answers {dict(seen.answers)}; batches of an agent: {min(each)} to {max(each)} of {options.rounds}")
    if seen.pages:
        print(f"pages meanwhile: {len(seen.pages) / took:.1f}/s, p95 {_at(sorted(seen.pages), 0.95):.0f} ms")
    print(f"hub: {cpu / len(ordered) * 1000:.1f} ms of processor time a batch, {memory:.0f} MB at its largest")
    own = time.process_time() - options.began
    print(
        f"agents: {own / len(ordered) * 1000:.1f} ms a batch; load of the machine {os.getloadavg()[0]:.1f}", flush=True
    )


def _at(ordered: list[float], share: float) -> float:
    return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--agents", type=int, default=1000)
    arguments.add_argument("--every", type=float, default=5.0, help="seconds between an agent's batches")
    arguments.add_argument("--rounds", type=int, default=6, help="batches of each agent")
    arguments.add_argument("--results", type=int, default=5, help="unit results in a batch")
    arguments.add_argument("--measurements", type=int, default=10)
    arguments.add_argument("--readers", type=int, default=0, help="how many look at pages meanwhile")
    arguments.add_argument("--web", type=int, default=0, help="processes of the hub that answer people")
    arguments.add_argument("--warm", type=float, default=10.0, help="seconds that these have to start")
    arguments.add_argument("--apart", action="store_true", help="a process of its own answers readers")
    options = arguments.parse_args()
    made = [agent_batches(number, options) for number in range(options.agents)]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        registered(folder / "hub", options.agents)
        process, url = served(folder, web=options.web)
        if options.web:
            time.sleep(options.warm)
        others = [served(folder, "pages", "web")] if options.apart else []
        try:
            before, options.began = _cpu(process.pid), time.process_time()
            seen, took = asyncio.run(load(url, others[0][1] if others else url, made, options))
            tell(seen, took, options, process.pid, _cpu(process.pid) - before)
        finally:
            for one in (process, *(other for other, _ in others)):
                one.terminate()
                one.wait(timeout=60)


if __name__ == "__main__":
    main()
