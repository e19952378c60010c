"""Quality targets of a plant, decomposed to lines and operations, watched against what the records measure."""
