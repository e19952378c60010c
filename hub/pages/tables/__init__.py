"""A table is defined once: typed columns. From that come the page (sorted on the server), CSV and Excel."""
