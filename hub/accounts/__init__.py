"""Who asks: tokens of organisations."""
