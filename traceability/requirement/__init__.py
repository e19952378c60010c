"""Quality requirements between a customer and a supplier: their terms, and what follows from a set of changes."""
