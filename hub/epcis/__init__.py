"""EPCIS 2.0 over HTTP (chapter 12 of the standard): events are captured, found, queried and told to subscribers."""
