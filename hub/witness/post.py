"""POST to a witness over HTTP or HTTPS, with the standard library alone."""

import urllib.error
import urllib.request

from hub.errors import EntryRefused

TIMEOUT_S = 15
LARGEST_ANSWER = 64 * 1024


def post(url: str, body: bytes) -> tuple[int, bytes]:
    """Status and the beginning of the answer; ``OSError`` when nobody answers."""
    if not url.startswith(("http://", "https://")):
        raise EntryRefused(f"{url[:100]!r} is no http address", where="witness")
    request = urllib.request.Request(url, data=body, method="POST")  # noqa: S310 - the scheme was looked at above
    request.add_header("Content-Type", "text/plain; charset=utf-8")
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310
            return int(answer.status), bytes(answer.read(LARGEST_ANSWER))
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read(LARGEST_ANSWER)
