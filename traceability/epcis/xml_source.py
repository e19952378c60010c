"""XML from strangers, element by element: no document type, no entities, nothing fetched, everything bounded.

Only the elements asked for are built, each handed over when it ends, so that a document of any length streams.
"""

from collections.abc import Callable, Iterator
from typing import Any, BinaryIO
from xml.parsers import expat

import msgspec

from traceability.epcis.source import Limits
from traceability.errors import LimitExceeded, Malformed

DEEPEST = 60
_CHUNK = 1 << 16
_MOST_ATTRIBUTES = 200


class Node(msgspec.Struct):
    """An element: its name (``{namespace}name`` or ``name``), attributes, text and children in order."""

    tag: str
    attributes: dict[str, str]
    text: str = ""
    children: list["Node"] = []


class XmlSource:
    """Builds every element for which ``wanted(path)`` holds; ``path`` holds the names from the root on."""

    def __init__(self, file: BinaryIO, limits: Limits, wanted: Callable[[list[str]], bool]) -> None:
        self._file, self._limits, self._wanted = file, limits, wanted
        self._parser = expat.ParserCreate(namespace_separator="}")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._data
        self._parser.StartDoctypeDeclHandler = self._refuse
        self._parser.EntityDeclHandler = self._refuse
        self._parser.ExternalEntityRefHandler = self._refuse
        self._parser.StartNamespaceDeclHandler = self._namespace
        self._path: list[str] = []
        self._open: list[Node] = []
        self._size = 0
        self._done: list[tuple[list[str], Node]] = []
        self.root: Node | None = None
        self.prefixes: dict[str, str] = {}

    def elements(self) -> Iterator[tuple[list[str], Node]]:
        """The wanted elements with the path of what holds them, in order."""
        total = 0
        while True:
            chunk = self._file.read(_CHUNK)
            total += len(chunk)
            if total > self._limits.document:
                raise LimitExceeded(f"the document has more than {self._limits.document} bytes")
            try:
                self._parser.Parse(chunk, not chunk)
            except expat.ExpatError as error:
                raise Malformed(f"not XML: {error}", where=f"byte {self._parser.CurrentByteIndex}") from None
            yield from self._done
            self._done.clear()
            if not chunk:
                return

    def _where(self) -> str:
        return f"line {self._parser.CurrentLineNumber}"

    def _refuse(self, *_: Any) -> int:
        raise Malformed("a document type or entity is declared", where=self._where(), advice="leave out the DOCTYPE")

    def _namespace(self, prefix: str | None, uri: str | None) -> None:
        if prefix and uri and len(self.prefixes) < _MOST_ATTRIBUTES:
            self.prefixes.setdefault(prefix, uri)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = _clark(tag)
        self._path.append(name)
        if len(self._path) > DEEPEST:
            raise LimitExceeded(f"nested deeper than {DEEPEST} levels", where=self._where())
        if len(attributes) > _MOST_ATTRIBUTES:
            raise LimitExceeded(f"an element has more than {_MOST_ATTRIBUTES} attributes", where=self._where())
        node = Node(name, {_clark(key): value for key, value in attributes.items()})
        if self.root is None:
            self.root = node
        if self._open:
            self._open[-1].children.append(node)
            self._open.append(node)
            self._grow(len(name) + sum(map(len, attributes.values())))
        elif self._wanted(self._path):
            self._size = 0
            self._open.append(node)

    def _data(self, text: str) -> None:
        if self._open:
            self._open[-1].text += text
            self._grow(len(text))

    def _grow(self, size: int) -> None:
        self._size += size + 1
        if self._size > self._limits.value:
            raise LimitExceeded(f"an element has more than {self._limits.value} bytes", where=self._where())

    def _end(self, _: str) -> None:
        self._path.pop()
        if self._open:
            node = self._open.pop()
            node.text = node.text.strip()
            if not self._open:
                self._done.append((list(self._path), node))


def _clark(name: str) -> str:
    return f"{{{name}" if "}" in name else name
