"""A changed configuration taken over while the agent runs, so that no cycle is lost and none counted twice."""
