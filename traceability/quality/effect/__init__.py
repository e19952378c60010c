"""Did a figure move? One stated test on the figure before and after, with the size of the change."""
