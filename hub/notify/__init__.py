"""Quality notifications between companies: told, answered, forwarded, reminded of, and carried from hub to hub."""
