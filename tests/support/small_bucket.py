"""A bucket that speaks the part of S3 that a cold tier needs, over real HTTP, and takes nothing that is not signed.

Signatures are checked as AWS documents them (Signature Version 4): of the request, its headers and its body. Objects
lie in memory. What it does not know it answers with 501, so that a client which wants more is noticed.
"""

import hashlib
import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import quote, unquote
from xml.sax.saxutils import escape

from running_app import running
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

KEY, SECRET, REGION, BUCKET = "zhuoyue-test", "a secret of tests", "eu-test-1", "cold"
MADE = datetime(2026, 3, 1, 8, tzinfo=UTC)


@dataclass
class Thing:
    """An object: its bytes, and how often that name was written."""

    data: bytes
    version: int

    @property
    def headers(self) -> dict[str, str]:
        return {
            "ETag": f'"{hashlib.md5(self.data).hexdigest()}"',
            "Last-Modified": MADE.replace(second=self.version % 60).strftime("%a, %d %b %Y %H:%M:%S GMT"),
            "Accept-Ranges": "bytes",
        }


@dataclass
class SmallBucket:
    """An ASGI application; ``away``: it answers nothing but 503, ``full``: it takes nothing more."""

    things: dict[str, Thing] = field(default_factory=dict)
    uploads: dict[str, dict[int, bytes]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    secret: str = SECRET
    away: bool = False
    full: bool = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        answer = self._answer(request, scope, await request.body())
        await answer(scope, receive, send)

    def _answer(self, request: Request, scope: Scope, body: bytes) -> Response:  # noqa: PLR0911 - one for each case
        if self.away:
            return _fault(503, "ServiceUnavailable")
        fault = _signature_fault(request, scope, body, self.secret)
        if fault is not None:
            self.refused.append(fault)
            return _fault(403, "SignatureDoesNotMatch", fault)
        bucket, _, key = unquote(scope["raw_path"].decode()).removeprefix("/").partition("/")
        if bucket != BUCKET:
            return _fault(404, "NoSuchBucket")
        if self.full and request.method in {"PUT", "POST"}:
            return _fault(507, "InsufficientCapacity")
        if key:
            return self._of_key(request, key, body)
        if request.method == "HEAD":
            return Response(headers={"x-amz-bucket-region": REGION})
        if request.method == "GET" and request.query_params.get("list-type") == "2":
            return self._listed(request)
        return _fault(501, "NotImplemented", f"{request.method} {request.url}")

    def _of_key(self, request: Request, key: str, body: bytes) -> Response:  # noqa: PLR0911 - likewise
        asked = request.query_params
        if request.method == "PUT" and "partNumber" in asked:
            self.uploads[asked["uploadId"]][int(asked["partNumber"])] = body
            return Response(headers={"ETag": f'"{hashlib.md5(body).hexdigest()}"'})
        if request.method == "POST" and "uploads" in asked:
            name = f"upload-{len(self.uploads)}"
            self.uploads[name] = {}
            return _xml("InitiateMultipartUploadResult", f"<UploadId>{name}</UploadId>")
        if request.method == "POST" and "uploadId" in asked:
            parts = self.uploads.pop(asked["uploadId"])
            self._put(key, b"".join(parts[number] for number in sorted(parts)))
            return _xml("CompleteMultipartUploadResult", f"<Key>{escape(key)}</Key>")
        if request.method == "PUT":
            return Response(headers=self._put(key, body).headers)
        if request.method == "DELETE":
            self.things.pop(key, None)
            return Response(status_code=204)
        if request.method in {"GET", "HEAD"}:
            return self._got(request, key)
        return _fault(501, "NotImplemented", f"{request.method} {request.url}")

    def _put(self, key: str, data: bytes) -> Thing:
        before = self.things.get(key)
        self.things[key] = Thing(data, 1 + (before.version if before else 0))
        return self.things[key]

    def _got(self, request: Request, key: str) -> Response:
        thing = self.things.get(key)
        if thing is None:
            return _fault(404, "NoSuchKey")
        wanted = request.headers.get("range")
        if wanted is None:
            length = {"Content-Length": str(len(thing.data))}
            return Response(b"" if request.method == "HEAD" else thing.data, headers=thing.headers | length)
        first, _, last = wanted.removeprefix("bytes=").partition("-")
        piece = thing.data[int(first) : int(last) + 1]
        said = f"bytes {first}-{int(first) + len(piece) - 1}/{len(thing.data)}"
        return Response(piece, 206, headers=thing.headers | {"Content-Range": said})

    def _listed(self, request: Request) -> Response:
        prefix, end = request.query_params.get("prefix", ""), request.query_params.get("delimiter", "")
        contents, folders = [], set()
        for key in sorted(self.things):
            rest = key.removeprefix(prefix)
            if not key.startswith(prefix):
                continue
            if end and end in rest:
                folders.add(prefix + rest.partition(end)[0] + end)
                continue
            modified = MADE.isoformat().replace("+00:00", "Z")
            size = len(self.things[key].data)
            named = f"<Key>{escape(key)}</Key><LastModified>{modified}</LastModified><Size>{size}</Size>"
            contents.append(f"<Contents>{named}</Contents>")
        common = [f"<CommonPrefixes><Prefix>{escape(each)}</Prefix></CommonPrefixes>" for each in sorted(folders)]
        count = f"<KeyCount>{len(contents) + len(common)}</KeyCount><IsTruncated>false</IsTruncated>"
        return _xml("ListBucketResult", f"<Name>{BUCKET}</Name>{count}{''.join(contents)}{''.join(common)}")


@contextmanager
def small_bucket() -> Iterator[tuple[SmallBucket, str]]:
    """A bucket and the host and port where it is served."""
    bucket = SmallBucket()
    with running(bucket) as url:
        yield bucket, url.removeprefix("http://")


def _signature_fault(request: Request, scope: Scope, body: bytes, secret: str) -> str | None:
    """What is wrong with the signature of a request; None when it is right."""
    scheme, _, said = request.headers.get("authorization", "").partition(" ")
    if scheme != "AWS4-HMAC-SHA256":
        return f"not signed: {scheme!r}"
    words = dict(word.strip().split("=", 1) for word in said.split(","))
    key, date, region, service, ends = words["Credential"].split("/")
    if (key, service, ends) != (KEY, "s3", "aws4_request"):
        return f"signed by {key} for {service}"
    digest = request.headers.get("x-amz-content-sha256", "")
    if digest != hashlib.sha256(body).hexdigest():
        return f"of the body is said: {digest!r}"
    names = words["SignedHeaders"].split(";")
    headers = "".join(f"{name}:{' '.join(request.headers[name].split())}\n" for name in names)
    query = "&".join(
        sorted(
            f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in request.query_params.items()
        )
    )
    path = quote(unquote(scope["raw_path"].decode()), safe="/-_.~")
    asked = "\n".join((request.method, path, query, headers, words["SignedHeaders"], digest))
    place = f"{date}/{region}/{service}/{ends}"
    to_sign = "\n".join((scheme, request.headers["x-amz-date"], place, hashlib.sha256(asked.encode()).hexdigest()))
    signed = f"AWS4{secret}".encode()
    for word in (date, region, service, ends, to_sign):
        signed = hmac.digest(signed, word.encode(), "sha256")
    return None if hmac.compare_digest(signed.hex(), words["Signature"]) else "the signature is another's"


def _fault(status: int, code: str, message: str = "") -> Response:
    said = f"<Code>{code}</Code><Message>{escape(message)}</Message>"
    return _xml("Error", said, status)


def _xml(name: str, content: str, status: int = 200) -> Response:
    text = f'<?xml version="1.0" encoding="UTF-8"?><{name}>{content}</{name}>'
    return Response(text, status, media_type="application/xml")
