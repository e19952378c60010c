"""Errors of the quality room.

::

    ZhuoyueError
    └── OutOfDomain     a formula was asked outside the arguments it is defined for: a bug of the caller

Data that cannot give a number is not an error: it gives a :class:`traceability.quality.reason.Reason` in the number's
place.
"""

from traceability.errors import ZhuoyueError


class OutOfDomain(ZhuoyueError):
    """A formula was asked outside the arguments it is defined for."""
