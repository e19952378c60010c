"""``POST …/add-checkpoint`` over HTTP, with the standard library alone. TLS, where wanted, is a proxy's work."""

import logging
import socket
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from traceability.errors import ZhuoyueError
from traceability.log.witness import ADD_CHECKPOINT, LARGEST_REQUEST, TEXT_TYPE
from witness.memory import Witness

log = logging.getLogger(__name__)
READ_TIMEOUT_S = 20
VKEY = "/vkey"


class WitnessServer(ThreadingHTTPServer):
    """Answers for one witness on ``host`` and ``port`` (0 takes a free one)."""

    daemon_threads = True

    def __init__(self, host: str, port: int, witness: Witness) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.witness = witness
        super().__init__((host, port), _Handler)

    @property
    def url(self) -> str:
        """Where it listens."""
        host, port = self.server_address[:2]
        return f"http://[{host!s}]:{port}" if ":" in str(host) else f"http://{host!s}:{port}"


class _Handler(BaseHTTPRequestHandler):
    server: WitnessServer
    protocol_version = "HTTP/1.1"
    timeout = READ_TIMEOUT_S

    def do_POST(self) -> None:
        """``add-checkpoint``, whatever prefix a proxy puts before it."""
        digits = self.headers.get("Content-Length", "")
        if not self.path.endswith(ADD_CHECKPOINT):
            self._answer(404, "only add-checkpoint is here\n")
        elif not digits.isascii() or not digits.isdigit() or len(digits) > 9:
            self._answer(411, "the length of the request must be stated\n")
        elif int(digits) > LARGEST_REQUEST:
            self._answer(413, f"at most {LARGEST_REQUEST} bytes are taken\n")
        else:
            self._judge(self.rfile.read(int(digits)))

    def do_GET(self) -> None:
        """The witness's verifier key."""
        if self.path == VKEY:
            self._answer(200, f"{self.server.witness.key}\n")
        else:
            self._answer(404, "only vkey and add-checkpoint are here\n")

    def _judge(self, body: bytes) -> None:
        try:
            decision = self.server.witness.add_checkpoint(body)
        except (ZhuoyueError, OSError) as error:
            log.error("nothing was cosigned: %s", error)
            self._answer(500, "the witness can't remember; nothing was cosigned\n")
            return
        if decision.alarm:
            log.error("ALARM %s; the request is kept in alarms/", decision.alarm)
        self._answer(decision.status, decision.body, decision.media_type)

    def _answer(self, status: int, text: str, media_type: str = TEXT_TYPE) -> None:
        body = text.encode()
        self.close_connection = status in {404, 411, 413}  # the body was not read
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's name
        log.info(format, *args)
