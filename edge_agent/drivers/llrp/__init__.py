"""RFID readers over LLRP: sightings of tags become readings."""
