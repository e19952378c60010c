"""A secret in memory: it can be used, but not shown by accident."""


class Secret:
    """``reference`` says where it came from (``env:NAME`` or ``file:PATH``) and may be shown; the secret may not.

    Two are equal when reference and secret are, so a secret that was changed is a changed setting.
    """

    __slots__ = ("_value", "reference")

    def __init__(self, reference: str, value: str) -> None:
        self.reference = reference
        self._value = value

    def reveal(self) -> str:
        """The secret itself, to be handed to what needs it and to nothing else."""
        return self._value

    def __repr__(self) -> str:
        return f"<secret from {self.reference}>"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return (self.reference, self._value) == (other.reference, other._value)

    def __hash__(self) -> int:
        return hash((self.reference, self._value))

    def __reduce__(self) -> str:
        message = "a secret is not written down"
        raise TypeError(message)
