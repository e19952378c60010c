"""How results and records of measurements lie in a SQLite file: narrow, behind views of the tables' names."""
