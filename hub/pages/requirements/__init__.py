"""Pages of what customers and suppliers agree, and whether it is kept."""
