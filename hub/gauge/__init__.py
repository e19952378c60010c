"""The gauge register of a plant: what is due for calibration, and what studies of the gauges found."""
