"""Roll-ups kept at ingest: measured values and first-pass counts by the hour, so that no question scans raw values.

``roll_up`` runs in the transaction that takes a batch: ``sample`` says which of its values enter which stream, ``keep``
adds them, ``revise`` makes the hours again that a correction touches and ``first_pass`` keeps the counts of units.
``window`` reads any period back.
"""
