"""Early warning on the line PC: which results the alarm rules of the plan see, and the alarms that came of it."""
