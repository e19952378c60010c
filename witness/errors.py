"""Every stated problem of a witness.

::

    ZhuoyueError                 (traceability.errors)
    └── WitnessError
        ├── Folder               the folder of the witness is not there, or not whole
        └── HubProblem           the hub did not answer, or answered something else
"""

from traceability.errors import ZhuoyueError


class WitnessError(ZhuoyueError):
    """Root of the witness's stated problems."""


class Folder(WitnessError):
    """The folder of the witness is not there, or not whole."""


class HubProblem(WitnessError):
    """The hub did not answer, or answered something else."""
