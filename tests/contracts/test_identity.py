"""Every polled driver can ask its device who it is, and goes on reading whatever the answer."""

from firmware_profiles.identify import Claim


async def test_a_device_is_asked_who_it_is_and_still_read(running, driver):
    said = await driver.identity()
    assert said is None or isinstance(said, Claim)
    assert (await driver.read([running.resolved.role("cycle")])).keys() == {"cycle"}
