"""Self-declaration 自我声明: what a plant's records say, put together, signed and sealed."""
