"""Who asks, and what it may: people by sessions, organisations and programs by tokens; one matrix of permissions."""
