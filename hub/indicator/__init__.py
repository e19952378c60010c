"""Declared indicators with their source and owner, and beside them what the records measure by themselves."""
