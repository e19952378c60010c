"""Pages of those who look after the quality of a plant: the line as it runs, alarms, charts, losses, Level, gauges."""
