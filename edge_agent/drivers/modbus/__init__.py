"""Modbus over TCP, RTU and RTU over TCP: planned block reads; a late reply is never taken for the next."""
