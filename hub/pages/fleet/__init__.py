"""Pages of plant IT: the agents, letting them in, what they run by, and how that comes to them."""
