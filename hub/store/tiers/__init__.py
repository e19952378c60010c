"""What has grown cold: where it lies and how it is read."""
