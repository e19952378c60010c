"""Yearly review 总结评估: what a year's records say of a plant, and what they do not."""
