"""Files of the cold tier in a bucket that speaks S3: Amazon's, MinIO, Ceph and others.

Who may use it is found as every program of Amazon's finds it: ``AWS_ACCESS_KEY_ID`` and ``AWS_SECRET_ACCESS_KEY`` in
the environment, the file ``~/.aws/credentials``, or the role of the machine; never in the hub's settings. An object
appears whole when its upload ends. Needs pyarrow, which the extra ``zhuoyue[s3]`` brings.
"""

import os
from contextlib import AbstractContextManager
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec

from hub.errors import DataDirectory

CONNECT_S, ANSWER_S, TRIES = 5, 60, 3
SCHEME = "s3"
_FORM = 'write cold = "s3://BUCKET/PREFIX?endpoint=HOST:PORT&region=REGION"; keys never stand there'
_OPTIONS = {"endpoint", "region", "scheme"}


class Bucket(msgspec.Struct, frozen=True):
    """A bucket and what every name in it begins with; without ``endpoint`` it is Amazon's."""

    name: str
    prefix: str
    endpoint: str | None
    region: str | None
    scheme: str

    def at(self, name: str) -> str:
        """Its address."""
        return f"{SCHEME}://{self._key(name)}"

    def put(self, name: str, data: bytes) -> None:
        """An object appears when its upload has ended."""
        # without a word it would compress once more what is called .zst
        with _system(self._shared()).open_output_stream(self._key(name), compression=None) as stream:
            stream.write(data)

    def read(self, name: str, begin: int, size: int) -> bytes:
        """A part of an object."""
        with self.opened(name) as file:
            file.seek(min(begin, file.size()))
            return bytes(file.read(size))

    def opened(self, name: str) -> AbstractContextManager[Any]:
        """The object; what is read of it is fetched."""
        file: AbstractContextManager[Any] = _system(self._shared()).open_input_file(self._key(name))
        return file

    def stamp(self, name: str) -> tuple[int, int]:
        """Of the object as it is now."""
        found = _system(self._shared()).get_file_info(self._key(name))
        if not found.is_file:
            raise FileNotFoundError(f"there is no {self.at(name)}")
        return found.size, found.mtime_ns

    def names(self) -> set[str]:
        """Every object below the prefix; what is empty marks a folder, and none of ours is."""
        from pyarrow.fs import FileSelector  # noqa: PLC0415 - an extra; ``_system`` says when it is missing

        system, base = _system(self._shared()), self._key("")
        below = FileSelector(base.rstrip("/"), recursive=True, allow_not_found=True)
        return {found.path.removeprefix(base) for found in system.get_file_info(below) if found.is_file and found.size}

    def remove(self, name: str) -> None:
        """The object is no more."""
        system = _system(self._shared())
        if system.get_file_info(self._key(name)).is_file:
            system.delete_file(self._key(name))

    def clear_unfinished(self) -> None:
        """Nothing: what was not finished is no object. Let the bucket's own rules end old uploads."""

    def _key(self, name: str) -> str:
        return "/".join(part for part in (self.name, self.prefix) if part) + f"/{name}"

    def _shared(self) -> "Bucket":
        return Bucket(self.name, self.prefix, self.endpoint, self.region, self.scheme)


def bucket_at(address: str) -> Bucket:
    """The bucket at ``s3://…``; ``DataDirectory`` when the address is none, or holds a key."""
    try:
        parts = urlsplit(address)
        options = dict(parse_qsl(parts.query, strict_parsing=bool(parts.query)))
        plain = parts.username is None and not options.keys() - _OPTIONS
    except ValueError:
        raise _wrong(address.partition("?")[0]) from None
    if parts.scheme != SCHEME or not parts.hostname or not plain:
        raise _wrong(f"{parts.scheme}://{parts.hostname}{parts.path}")
    return Bucket(
        name=parts.netloc,
        prefix=unquote(parts.path).strip("/"),
        endpoint=options.get("endpoint"),
        region=options.get("region"),
        scheme=options.get("scheme", "https"),
    )


def _wrong(shown: str) -> DataDirectory:
    return DataDirectory("the address of the cold tier can't be used", where=shown, advice=_FORM)


@lru_cache(maxsize=8)
def _system(bucket: Bucket) -> Any:
    """Amazon's own client, with what every such server understands: no checksums behind the body."""
    for name in ("AWS_REQUEST_CHECKSUM_CALCULATION", "AWS_RESPONSE_CHECKSUM_VALIDATION"):
        os.environ.setdefault(name, "when_required")
    try:
        from pyarrow.fs import AwsStandardS3RetryStrategy, S3FileSystem  # noqa: PLC0415 - an extra
    except ImportError:
        raise DataDirectory(
            "a cold tier in a bucket needs a client for S3",
            advice="did you install with the extra 's3'?  pip install 'zhuoyue[hub,s3]'",
        ) from None
    options = {"endpoint_override": bucket.endpoint, "region": bucket.region}
    return S3FileSystem(
        scheme=bucket.scheme,
        connect_timeout=CONNECT_S,
        request_timeout=ANSWER_S,
        retry_strategy=AwsStandardS3RetryStrategy(max_attempts=TRIES),
        **{name: value for name, value in options.items() if value is not None},
    )
