"""Talking to devices: one file per driver behind one small interface (``interface``), one registry (``registry``)."""
