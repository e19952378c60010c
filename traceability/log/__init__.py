"""The hub's transparency log as others see it: checkpoints and signed notes (C2SP)."""
