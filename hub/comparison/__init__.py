"""Comparison between plants of many companies: frozen yearly releases from which no plant's figure can be told."""
