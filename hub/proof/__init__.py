"""Evidence files: records with everything that proves them, for the check without hub and network."""
