"""Partners that cosign the log's checkpoints: who they are, what is sent to them, what they answer."""
