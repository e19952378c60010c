"""People, their sessions and tokens, and the trail of who did what."""
