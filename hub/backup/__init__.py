"""A hub as files: backups made while it runs, restored, and hubs moved from one machine to another."""
