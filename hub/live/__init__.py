"""A line as it runs: today and the last hour, read once for all who watch, and sent to them as it changes."""
