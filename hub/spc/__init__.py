"""Statistical process control of the own plant: limits frozen after phase I, points left out with a reason."""
