"""The only room that knows SQL. Everything here is portable SQLAlchemy Core; times are integers (see ``instant``)."""
