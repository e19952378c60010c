"""Early warnings 智能预警 on the hub: what agents warned of, and the answers with cause and action."""
