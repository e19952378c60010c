"""Quality notifications between companies: states and roles, what follows from a set of changes, forwarding."""
