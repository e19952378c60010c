"""A witness: any partner's own memory of a hub's log, which cosigns what only ever grew."""
