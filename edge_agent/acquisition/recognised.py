"""A driver that makes sure, whenever it connects, that the device is the one its profile is for.

A wrong profile reads numbers that look right. Hence, where a profile says how its device is recognised, the device is
asked who it is: ``require`` refuses to serve one that says otherwise or nothing, ``warn`` says so and goes on. A device
that says nothing about itself is common and proves nothing; under ``warn`` it is served without a word.
"""

import logging
from collections.abc import Sequence
from typing import Literal

from edge_agent.complaint import Complaint
from edge_agent.drivers.interface import Driver, Sample
from edge_agent.errors import DeviceMismatch, DeviceRefused, DeviceUnreachable
from firmware_profiles.format import Point, Profile, Value
from firmware_profiles.identify import Claim, identifiable, misfit
from firmware_profiles.variant import differing

_LOG = logging.getLogger(__name__)

Identify = Literal["require", "warn", "off"]
"""What to do about a device that its profile does not fit."""


class RecognisedDriver:
    """``driver``, whose device must fit ``profile`` as ``firmware`` reads it (None: no version was configured)."""

    def __init__(
        self, driver: Driver, device: str, profile: Profile, *, firmware: str | None, identify: Identify
    ) -> None:
        self._driver = driver
        self._device = device
        self._profile = profile
        self._firmware = firmware
        self._identify = identify
        self._complaint = Complaint(_LOG, device=device, profile=f"{profile.vendor}/{profile.model}")

    async def connect(self) -> None:
        """Connect and recognise; DeviceMismatch when that is required and fails."""
        await self._driver.connect()
        claim = await self._asked()
        problem = self._problem(claim)
        if problem is None:
            self._complaint.settled("device fits its profile")
        elif self._identify == "require":
            await self._driver.close()
            what = f"it is not served: {problem}"
            todo = 'choose the right profile or firmware, or set identify = "warn"'
            raise DeviceMismatch(self._device, f"{self._profile.vendor}/{self._profile.model}", what, todo)
        elif claim is not None:
            self._complaint.raised(
                "device does not fit its profile", error=problem, next="check profile and firmware; it is served"
            )

    async def read(self, points: Sequence[Point]) -> dict[str, Sample]:
        """As the driver does."""
        return await self._driver.read(points)

    def one_read(self, points: Sequence[Point]) -> bool:
        """As the driver does."""
        return self._driver.one_read(points)

    async def write(self, point: Point, value: Value) -> None:
        """As the driver does."""
        await self._driver.write(point, value)

    async def identity(self) -> Claim | None:
        """As the driver does."""
        return await self._driver.identity()

    async def close(self) -> None:
        """As the driver does."""
        await self._driver.close()

    async def _asked(self) -> Claim | None:
        """What the device says. Some leave a question that they don't know unanswered; they are connected again."""
        try:
            return await self._driver.identity()
        except DeviceRefused:
            return None
        except DeviceUnreachable:
            await self._driver.connect()
            return None

    def _problem(self, claim: Claim | None) -> str | None:
        if claim is None:
            return "it does not say what it is"
        wrong = misfit(self._profile, claim)
        if wrong is not None:
            return wrong
        other = differing(self._profile, self._firmware, claim.revision)
        if other is not None:
            return f'its firmware {claim.revision} reads differently ({other}); set firmware = "{claim.revision}"'
        return None


def recognised(driver: Driver, device: str, profile: Profile, *, firmware: str | None, identify: Identify) -> Driver:
    """The driver as it must be used: one that recognises its device where profile and configuration want that."""
    if identify == "off" or not (identifiable(profile) or profile.differences):
        return driver
    return RecognisedDriver(driver, device, profile, firmware=firmware, identify=identify)
