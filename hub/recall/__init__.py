"""From suspect lots, units, stations or values to every unit, customer and site they reached, in one question."""
