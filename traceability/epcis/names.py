"""From full names back to prefixed ones when events are written."""

from collections.abc import Mapping
from typing import Any

from traceability.epcis.context import STANDARD_CONTEXT, STANDARD_PREFIXES


class Naming:
    """Prefixes for namespaces: those wished for where they are free, made-up ones else. Remembers which were used."""

    def __init__(self, wished: Mapping[str, str] | None = None) -> None:
        """``wished`` has namespaces by prefix, as a context has."""
        self._prefix_of = {namespace: prefix for prefix, namespace in STANDARD_PREFIXES.items()}
        self._wished = {
            namespace: prefix for prefix, namespace in (wished or {}).items() if prefix not in STANDARD_PREFIXES
        }
        self._made = 0
        self.used: dict[str, str] = {}

    def short(self, full: str) -> str:
        """``prefix:name`` for ``{namespace}name``; a name without namespace as it is."""
        if not full.startswith("{"):
            return full
        namespace, _, local = full[1:].partition("}")
        prefix = self._prefix_of.get(namespace) or self.used_prefix(namespace)
        return f"{prefix}:{local}"

    def used_prefix(self, namespace: str) -> str:
        """The prefix of a namespace that is not one of the standard, noted as used."""
        prefix = self._wished.get(namespace)
        while prefix is None or (prefix in self.used.values() and self.used.get(namespace) != prefix):
            self._made += 1
            prefix = f"ext{self._made}"
            if prefix in self._wished.values():
                prefix = None
        self.used[namespace] = self._prefix_of[namespace] = prefix
        return prefix

    def shortened(self, value: Any) -> Any:
        """A value of an extension with the names in it prefixed."""
        if isinstance(value, dict):
            return {self.short(name): self.shortened(part) for name, part in value.items()}
        if isinstance(value, list | tuple):
            return [self.shortened(part) for part in value]
        return value

    def context(self) -> list[Any]:
        """The ``@context`` that explains what was written so far."""
        prefixes = {prefix: namespace for namespace, prefix in self.used.items()}
        return [STANDARD_CONTEXT, prefixes] if prefixes else [STANDARD_CONTEXT]
