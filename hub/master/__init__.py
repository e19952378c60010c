"""Master data: read from tables, compared with what holds, sealed by the hub, told again as tables and dictionary."""
