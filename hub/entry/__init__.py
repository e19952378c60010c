"""What people enter, sealed by the hub as an author of its own."""
