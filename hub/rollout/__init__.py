"""Versions of what agents run by, and how one comes to many of them: drafted here, signed by the plant, in stages."""
