"""What makes measurements and symbols one unit's result: the handshake with the machine and the station's runner."""
