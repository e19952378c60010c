"""Units of measure from UCUM, which records use, to UN/ECE Recommendation 20, which EPCIS demands.

Only units that mean exactly the same stand here; for others an event says the UCUM code in an extension instead.
"""

from collections.abc import Mapping

import msgspec


class Unit(msgspec.Struct, frozen=True):
    """``code`` of Recommendation 20 and the measurement type of the GS1 Web Vocabulary."""

    code: str
    measures: str


_BY_MEASURE = {
    "Angle": "deg DD, rad C81",
    "Area": "m2 MTK, mm2 MMK, cm2 CMK",
    "Capacitance": "F FAR, uF 4O, nF C41, pF 4T",
    "Density": "kg/m3 KMQ, g/cm3 23",
    "Dimensionless": "1 C62, % P1",
    "ElectricCurrent": "A AMP, mA 4K, uA B84",
    "Energy": "J JOU, kJ KJO, kW.h KWH",
    "Force": "N NEW, kN B47, MN B73, mN C20",
    "Frequency": "Hz HTZ, kHz KHZ, MHz MHZ",
    "Illuminance": "lx LUX",
    "Length": "m MTR, mm MMT, cm CMT, dm DMT, km KMT, um 4H, nm C45, [in_i] INH, [ft_i] FOT",
    "Mass": "kg KGM, g GRM, mg MGM, ug MC, t TNE, [lb_av] LBR, [oz_av] ONZ",
    "Power": "W WTT, kW KWT, mW C31",
    "Pressure": "Pa PAL, kPa KPA, MPa MPA, hPa A97, bar BAR, mbar MBR",
    "Resistance": "Ohm OHM, kOhm B49, MOhm B75",
    "Speed": "m/s MTS, km/h KMH",
    "Temperature": "Cel CEL, K KEL, [degF] FAH",
    "Time": "s SEC, min MIN, h HUR, d DAY, ms C26, us B98",
    "Torque": "N.m NU, kN.m B48, mN.m D83",
    "Voltage": "V VLT, mV 2Z, kV KVT",
    "Volume": "L LTR, l LTR, mL MLT, m3 MTQ, cm3 CMQ, mm3 MMQ",
}
UNITS: Mapping[str, Unit] = {
    pair.split()[0]: Unit(pair.split()[1], measures)
    for measures, pairs in _BY_MEASURE.items()
    for pair in pairs.split(", ")
}
UCUM: Mapping[str, str] = {unit.code: ucum for ucum, unit in UNITS.items()}
"""The UCUM code of a code of Recommendation 20."""
