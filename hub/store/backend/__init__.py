"""One file, one PostgreSQL server; how either is opened, made, moved and renewed."""
