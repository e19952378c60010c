"""Some tables of a PostgreSQL store on several servers, while everything that is asked stays as it is asked."""
