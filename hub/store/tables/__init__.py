"""Every table of the hub, a file a topic; ``every`` lists them and says what holds for all."""
