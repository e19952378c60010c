"""Picture files: taken from the agents that sealed them, kept below the data folder, shown to who sees their record."""
