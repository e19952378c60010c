"""One module for each revision. ``additive`` says that an older program can go on beside it; then it is done by itself.

A revision describes its tables in its own words, not in those of today's program.
"""
