"""Being told of alarms: who asked to be, about which plants, by mail or webhook, and what became of each message."""
