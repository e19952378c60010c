"""A profile and a station's base become absolute points.

Modbus: ``base`` is the address of the station's first register, written as a number. OPC UA: ``base`` is the text
that replaces ``{base}`` in the profile's NodeIds, or in the fields of a device that tells results.
"""

import msgspec

from edge_agent.errors import ResolveError
from firmware_profiles.format import Forbidden, Layout, Point, Profile, Protocol, span

_LAST_ADDRESS = 0xFFFF


class Resolved(msgspec.Struct, frozen=True, kw_only=True):
    """A station's points with absolute addresses or complete NodeIds; ``roles`` maps role to point name."""

    points: dict[str, Point]
    roles: dict[str, str]
    layout: Layout = Layout()

    def role(self, name: str) -> Point:
        """The point that plays a role; ResolveError when the profile has none."""
        try:
            return self.points[self.roles[name]]
        except KeyError:
            message = f"no point plays the role {name!r}; the profile must name it under [roles]"
            raise ResolveError(message) from None


def resolve(profile: Profile, base: str | int) -> Resolved:
    """Absolute points of one station; ResolveError when ``base`` does not fit the profile."""
    if profile.protocol is Protocol.MODBUS:
        return _resolve_modbus(profile, _register(profile, base))
    place = _with_field if profile.protocol.told else _with_node
    points = {point.name: place(point, str(base)) for point in profile.points}
    return Resolved(points=points, roles=dict(profile.roles), layout=profile.layout)


def _resolve_modbus(profile: Profile, base: int) -> Resolved:
    points = {point.name: _with_address(profile, point, base) for point in profile.points}
    forbidden = tuple(
        Forbidden(table=gap.table, first=gap.first + base, last=gap.last + base) for gap in profile.layout.forbidden
    )
    layout = msgspec.structs.replace(profile.layout, forbidden=forbidden)
    return Resolved(points=points, roles=dict(profile.roles), layout=layout)


def _register(profile: Profile, base: str | int) -> int:
    try:
        number = int(base)
    except ValueError:
        number = -1
    if not 0 <= number <= _LAST_ADDRESS:
        message = f"profile {profile.vendor}/{profile.model}: base {base!r} is no register address from 0 to 65535"
        raise ResolveError(message)
    return number


def _with_address(profile: Profile, point: Point, base: int) -> Point:
    address = (point.address or 0) + base
    if address + span(point) - 1 > _LAST_ADDRESS:
        message = (
            f"profile {profile.vendor}/{profile.model}, point {point.name}: base {base} puts it at address {address}, "
            f"past the last one ({_LAST_ADDRESS}); choose a smaller base"
        )
        raise ResolveError(message)
    return msgspec.structs.replace(point, address=address)


def _with_node(point: Point, base: str) -> Point:
    node = (point.node or "").replace("{base}", base)
    return msgspec.structs.replace(point, node=node)


def _with_field(point: Point, base: str) -> Point:
    return msgspec.structs.replace(point, field=(point.field or "").replace("{base}", base))
