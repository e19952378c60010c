"""What a plant's records say about its quality: yields, capability and the Level."""
