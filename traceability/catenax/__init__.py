"""Catena-X aspect models of parts as they were built: export of items and links, import with validation."""
