"""A hub from its SQLite file into a PostgreSQL database, while it goes on taking batches until the last moment."""
