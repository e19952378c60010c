"""Measured values for other programs, and from them: CSV, Parquet and AQDEF."""
