"""What happens in the demo, decided by a seed: nothing here depends on time or on what other processes do."""
