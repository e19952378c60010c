"""Vocabulary of CBV 2.0 (chapter 7) and of the GS1 Web Vocabulary as far as EPCIS uses it.

A word has many spellings: bare (``shipping``, as in JSON), ``urn:epcglobal:cbv:bizstep:shipping`` (as in XML), a web
address, and compact (``cbv:BizStep-shipping``). Inside, there is one: the web address. Words that GS1 does not know
are refused where they are bare or URNs of GS1; other URIs are a user's vocabulary and pass as they are.
"""

import re

CBV = "https://ref.gs1.org/cbv/"
VOC = "https://ref.gs1.org/voc/"
_OTHER_VOCS = ("https://gs1.org/voc/", "https://www.gs1.org/voc/", "http://gs1.org/voc/", "http://www.gs1.org/voc/")
_OTHER_CBV = "https://ns.gs1.org/cbv/"
_CLOSED = ("urn:epcglobal:cbv:", _OTHER_CBV)  # where nobody but GS1 makes words
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?:[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+", re.ASCII)


def is_uri(text: str) -> bool:
    """Whether ``text`` is a URI by its characters (RFC 3986): a scheme and something behind it."""
    return _URI.fullmatch(text) is not None


class Vocabulary:
    """The words of one field."""

    def __init__(self, what: str, words: str, *, base: str, urn: str = "", retired: str = "") -> None:
        """``retired``: words of earlier versions, which stand in older documents as URNs and stay what they are."""
        self.what = what
        self.words = frozenset(words.split())
        self.base = base
        self.urn = urn
        self._full: dict[str, str] = {}
        self._bare: dict[str, str] = {}
        self._full.update((urn + word, urn + word) for word in retired.split())
        for word in self.words:
            full = base + word
            self._bare[full] = word
            for spelling in self._spellings(word):
                self._full[spelling] = full

    def _spellings(self, word: str) -> list[str]:
        if self.base.startswith(CBV):
            local = self.base.removeprefix(CBV) + word
            return [word, CBV + local, _OTHER_CBV + local, "cbv:" + local, self.urn + word]
        return [word, VOC + word, "gs1:" + word, *(each + word for each in _OTHER_VOCS)]

    def full(self, text: str) -> str | None:
        """The one spelling used inside; None when it is neither a word of GS1 nor another's URI."""
        known = self._full.get(text)
        if known is not None:
            return known
        if text.startswith(_CLOSED) or not is_uri(text):
            return None
        if text.startswith("cbv:"):
            return CBV + text.removeprefix("cbv:")
        for other in ("gs1:", *_OTHER_VOCS):
            if text.startswith(other):
                return VOC + text.removeprefix(other)
        return text

    def bare(self, full: str) -> str:
        """The spelling of JSON: the bare word, or a user's URI as it is."""
        return self._bare.get(full, full)


BIZ_STEP = Vocabulary(
    "business step",
    "accepting arriving assembling collecting commissioning consigning creating_class_instance cycle_counting"
    " decommissioning departing destroying disassembling dispensing encoding entering_exiting holding inspecting"
    " installing killing loading other packing picking receiving removing repackaging repairing replacing reserving"
    " retail_selling sampling sensor_reporting shipping staging_outbound stock_taking stocking storing transporting"
    " unloading unpacking void_shipping",
    base=CBV + "BizStep-",
    urn="urn:epcglobal:cbv:bizstep:",
)
DISPOSITION = Vocabulary(
    "disposition",
    "active available completeness_inferred completeness_verified conformant container_closed container_open damaged"
    " destroyed dispensed disposed encoded expired in_progress in_transit inactive mismatch_class mismatch_instance"
    " mismatch_quantity needs_replacement no_pedigree_match non_conformant non_sellable_other partially_dispensed"
    " recalled reserved retail_sold returned sellable_accessible sellable_not_accessible stolen unavailable unknown",
    base=CBV + "Disp-",
    urn="urn:epcglobal:cbv:disp:",
    retired="non_sellable_damaged non_sellable_disposed non_sellable_expired non_sellable_no_pedigree_match"
    " non_sellable_recalled",
)
TRANSACTION_TYPE = Vocabulary(
    "type of business transaction",
    "bol cert desadv inv pedigree po poc prodorder recadv rma testprd testres upevt",
    base=CBV + "BTT-",
    urn="urn:epcglobal:cbv:btt:",
)
PARTY_TYPE = Vocabulary(
    "type of source or destination",
    "location owning_party possessing_party",
    base=CBV + "SDT-",
    urn="urn:epcglobal:cbv:sdt:",
)
ERROR_REASON = Vocabulary(
    "reason of an error", "did_not_occur incorrect_data", base=CBV + "ER-", urn="urn:epcglobal:cbv:er:"
)
COMPONENT = Vocabulary(
    "component",
    "altitude axial_distance azimuth easting elevation_angle height latitude longitude northing polar_angle"
    " spherical_radius x y z",
    base=CBV + "Comp-",
    urn="urn:epcglobal:cbv:comp:",
)
SENSOR_ALERT = Vocabulary("type of sensor alert", "ALARM_CONDITION ERROR_CONDITION", base=VOC)
MEASUREMENT = Vocabulary(
    "type of measurement",
    "AbsoluteHumidity AbsorbedDose AbsorbedDoseRate Acceleration Altitude AmountOfSubstance"
    " AmountOfSubstancePerUnitVolume Angle AngularAcceleration AngularMomentum AngularVelocity Area Capacitance"
    " Conductance Conductivity Count Density Dimensionless DoseEquivalent DoseEquivalentRate DynamicViscosity"
    " ElectricCharge ElectricCurrent ElectricCurrentDensity ElectricFieldStrength Energy Exposure Force Frequency"
    " Illuminance Inductance Irradiance KinematicViscosity Length LinearMomentum Luminance LuminousFlux"
    " LuminousIntensity MagneticFlux MagneticFluxDensity MagneticVectorPotential Mass MassConcentration MassFlowRate"
    " MassPerAreaTime MemoryCapacity MolalityOfSolute MolarEnergy MolarMass MolarVolume Power Pressure RadiantFlux"
    " RadiantIntensity Radioactivity RelativeHumidity Resistance Resistivity SolidAngle SpecificVolume Speed"
    " SurfaceDensity SurfaceTension Temperature Time Torque Voltage Volume VolumeFlowRate VolumeFraction"
    " VolumetricFlux Wavenumber",
    base=VOC,
)
