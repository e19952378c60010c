"""Asking a running agent to reload, through two small files in its data folder: the same on every system.

The asker writes ``reload.request`` with a word of its own; the agent takes the file away, reloads, and writes
``reload.answer`` with the same word.
"""

import os
from pathlib import Path

import msgspec

_REQUEST = "reload.request"
_ANSWER = "reload.answer"
_LONGEST_WORD = 200


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a request; ``said`` is one sentence for people."""

    word: str
    taken: bool
    said: str


def ask(data: Path, word: str) -> None:
    """Leave a request; OSError when the folder cannot be written."""
    _replace(data / _REQUEST, word.encode())


def take_request(data: Path) -> str | None:
    """The word of a request that waits, which is then taken away; None when there is none."""
    file = data / _REQUEST
    try:
        word = file.read_bytes()[:_LONGEST_WORD].decode("utf-8", "replace")
        file.unlink()
    except OSError:
        return None
    return word


def give_answer(data: Path, answer: Answer) -> None:
    """Leave the answer; OSError when the folder cannot be written."""
    _replace(data / _ANSWER, msgspec.json.encode(answer))


def find_answer(data: Path, word: str) -> Answer | None:
    """The answer to the request with that word, once it is there."""
    try:
        answer = msgspec.json.decode((data / _ANSWER).read_bytes(), type=Answer)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None
    return answer if answer.word == word else None


def _replace(file: Path, content: bytes) -> None:
    half = file.with_suffix(f".{os.getpid()}.half")
    half.write_bytes(content)
    half.replace(file)
