"""What people see: server-rendered pages in Chinese and English. Thin: views come from the hub's capabilities."""
