"""Pages of master data: kinds, what holds on a day, the history of one thing, files in and out."""
