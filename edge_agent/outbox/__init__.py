"""Durable store and forward: the only room of the agent that speaks SQL. ``store`` says how it works."""
