"""Plants compared: one's own against their groups, and how many stand at which Level."""
