"""How often a long-running process looks for garbage in cycles."""

import gc

YOUNG = 50_000
"""New containers before a look: a batch of records makes thousands that all live until it is written."""


def few_collections() -> None:
    """What is there by now stays, so it is looked at no more; a sixth of the time of a capture is saved."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 20)
