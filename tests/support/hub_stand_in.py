"""A hub stand-in on loopback for faults of the protocol: it verifies what comes and signs what it answers."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import msgspec

from traceability.batch.open import OpenedBatch, decompress, open_batch, verify_batch
from traceability.signing import Ed25519Signer
from traceability.sync import AUTHORS_PATH, BATCH_TYPE, BATCHES_PATH, PROBLEM_TYPE, Problem, Receipt, seal_receipt

HUB = Ed25519Signer.from_seed(b"h" * 32)
AGENT = Ed25519Signer.from_seed(b"a" * 32)

Reply = tuple[int, dict[str, str], bytes]


class StandIn:
    """``script`` holds what to do with the next batches, first one first; after it every batch is taken."""

    def __init__(self) -> None:
        self.script: list[Callable[[OpenedBatch], Reply]] = []
        self.seen: list[int] = []
        self.taken: dict[int, OpenedBatch] = {}
        self.address: str = ""
        self.head: Callable[[str], bytes] | None = None
        """Answers where a chain stands, to a nonce; None: an older hub, which does not know the question."""

    def answer(self, path: str, headers: dict[str, str], body: bytes) -> Reply:
        assert path == BATCHES_PATH
        assert headers["content-type"] == BATCH_TYPE
        assert headers["content-encoding"] == "zstd"
        batch = open_batch(decompress(body))
        verify_batch(batch, AGENT.public_key)
        self.seen.append(batch.header.seq)
        return self.script.pop(0)(batch) if self.script else self.take(batch)

    def take(self, batch: OpenedBatch, signer: Ed25519Signer = HUB, **changes: object) -> Reply:
        receipt = Receipt(
            author=batch.header.author,
            chain=batch.header.chain,
            seq=batch.header.seq,
            hash=batch.hash,
            log_index=batch.header.seq,
            recorded_at=datetime(2026, 3, 1, tzinfo=UTC),
        )
        if not changes:
            self.taken[batch.header.seq] = batch
        receipt = msgspec.structs.replace(receipt, **changes)
        return 200, {"Content-Type": "application/json"}, seal_receipt(receipt, signer)


def problem(status: int, kind: str = "about:blank", headers: dict[str, str] | None = None, **fields: object):
    """A scripted answer: problem details, as RFC 9457 has them."""
    content = msgspec.json.encode(Problem(type=kind, title="No", status=status, **fields))
    return lambda _: (status, {"Content-Type": PROBLEM_TYPE, **(headers or {})}, content)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        status, reply_headers, content = self.server.hub.answer(self.path, headers, body)
        self.send_response(status)
        for name, value in {**reply_headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def do_GET(self) -> None:
        head = self.server.hub.head
        address = urlsplit(self.path)
        if head is None or not address.path.startswith(AUTHORS_PATH):
            self.send_error(404)
            return
        content = head(parse_qs(address.query)["nonce"][0])
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@contextmanager
def serving(hub: StandIn, port: int = 0) -> Iterator[None]:
    server = ThreadingHTTPServer(("127.0.0.1", port), _Handler)
    server.handle_error = lambda *_: None  # agents that hang up are part of the tests
    server.hub = hub
    hub.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
