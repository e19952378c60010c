"""What can be wrong with a device profile or with a value read by one.

ProfileError
├── ProfileInvalid    the file breaks a rule; names file, key and what was expected
├── ProfileUnknown    no profile for that vendor, model and firmware
├── DecodeFault       the registers hold no value of the declared type (NaN, broken text, unknown code ...)
└── EncodeFault       the value cannot be written exactly in the declared type
"""


class ProfileError(Exception):
    """Root of this room's errors."""


class ProfileInvalid(ProfileError):
    """A profile breaks a rule of the format."""

    def __init__(self, file: str, key: str, expected: str) -> None:
        super().__init__(f"{file}: {key}: {expected}")
        self.file = file
        self.key = key
        self.expected = expected


class ProfileUnknown(ProfileError):
    """The catalog has no such profile."""


class DecodeFault(ProfileError):
    """What was read is no value of the point's type; ``reason`` is short and free of the point's name."""

    def __init__(self, point: str, reason: str) -> None:
        super().__init__(f"point {point}: {reason}")
        self.point = point
        self.reason = reason


class EncodeFault(ProfileError):
    """The value does not fit the point's type exactly."""

    def __init__(self, point: str, reason: str) -> None:
        super().__init__(f"point {point}: {reason}")
        self.point = point
        self.reason = reason
