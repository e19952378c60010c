"""Quality costs of a plant: entries of prevention and appraisal, and the report that allocates them with the losses."""
