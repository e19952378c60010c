"""OPC UA client: sessions that are trusted both ways, reads, subscriptions and result events."""
