"""Where a unit came from and went, what happened to it, and the proof of both."""
