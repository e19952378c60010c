"""Charts as plain data for ``charts.mjs``: what is drawn has a role, and its role decides colour and shape."""
