"""The agent's configuration: two TOML files, checked in full before anything connects."""
