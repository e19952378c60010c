"""What quality management enters, and the figures of plants and suppliers."""
