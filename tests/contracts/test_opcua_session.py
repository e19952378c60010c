"""What a server limits, what it may break, and how many sessions it sees."""

import asyncio
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from asyncua import ua
from asyncua.client.ua_client import UaClient

from edge_agent.drivers.interface import DriverContext
from edge_agent.drivers.opcua.driver import OpcUaDriver
from edge_agent.drivers.opcua.settings import OpcUaEventsSettings
from edge_agent.drivers.registry import create_source
from edge_agent.errors import AgentError, DeviceRefused, DeviceUnreachable, ResolveError
from edge_agent.pace import Pace
from edge_agent.station.link import DeviceLink
from firmware_profiles.decode import decode
from firmware_profiles.errors import DecodeFault
from firmware_profiles.format import DataType, Point
from traceability.measurement import Status

pytestmark = pytest.mark.parametrize("device", ["opcua"], indirect=True)

_STATED = "Server_ServerCapabilities_OperationLimits_"
LIMITS = {
    name: f"i={getattr(ua.ObjectIds, _STATED + limit)}"
    for name, limit in (("read", "MaxNodesPerRead"), ("register", "MaxNodesPerRegisterNodes"))
}


@pytest.fixture
async def limited(running, monkeypatch):
    """``await limited(read=3)``: the server states these limits; gives the sizes of its requests."""
    iserver = running.server.server.iserver
    sizes = {"read": [], "register": []}
    read_all, register_all = iserver.attribute_service.read, UaClient.register_nodes

    async def set_limits(**limits):
        for name, limit in limits.items():
            await running.put_limit(LIMITS[name], limit)
        return sizes

    async def put_limit(node, limit):
        await running.server.put(node, ua.DataValue(ua.Variant(limit, ua.VariantType.UInt32)))

    def read(params):
        sizes["read"].append(len(params.NodesToRead))
        return read_all(params)

    def register(client, nodes):
        sizes["register"].append(len(nodes))
        return register_all(client, nodes)

    running.put_limit = put_limit
    monkeypatch.setattr(iserver.attribute_service, "read", read)
    monkeypatch.setattr(UaClient, "register_nodes", register)
    yield set_limits
    for node in LIMITS.values():
        await put_limit(node, 0)


async def test_no_request_is_larger_than_the_server_takes(running, driver, limited):
    sizes = await limited(read=4)
    await driver.connect()
    sizes["read"].clear()
    samples = await driver.read(list(running.resolved.points.values()))
    assert samples.keys() == running.resolved.points.keys()
    assert max(size for size in sizes["read"] if size > 1) == 4


async def test_a_server_without_limits_gets_batches_of_its_settings(running, limited, tmp_path):
    sizes = await limited()
    context = DriverContext(device="cell 1", data=tmp_path / "agent", clock=lambda: datetime.now(UTC))
    driver = OpcUaDriver(msgspec.structs.replace(running.settings, batch=6), context)
    await driver.connect()
    sizes["read"].clear()
    await driver.read(list(running.resolved.points.values()))
    assert max(sizes["read"]) == 6
    await driver.close()


async def test_registered_nodes_are_registered_once_for_each_connection(running, limited, tmp_path):
    sizes = await limited(register=8)
    context = DriverContext(device="cell 1", data=tmp_path / "agent", clock=lambda: datetime.now(UTC))
    driver = OpcUaDriver(msgspec.structs.replace(running.settings, registered_reads=True), context)
    points = list(running.resolved.points.values())
    for connections in (1, 2):
        await driver.connect()
        for _ in range(3):
            samples = await driver.read(points)
        assert decode(running.resolved.role("serial"), samples["serial"].raw) == "H0001"
        assert sum(sizes["register"]) == connections * len(points)
        assert max(sizes["register"]) <= 8
    await driver.close()


async def test_browsing_is_bounded_and_says_so(running, driver):
    nodes = {node.path: node for node in (await driver.browse()).nodes}
    assert (nodes["trigger"].node, nodes["trigger"].kind) == ("ns=2;s=Cell1.Trigger", "Variable")
    assert nodes["Server"].kind == "Object"
    few = await driver.browse(most=7)
    assert (len(few.nodes), few.complete) == (7, False)
    assert not (await driver.browse(depth=1)).complete
    leaf = await driver.browse("ns=2;s=Cell1.Trigger")
    assert (leaf.nodes, leaf.complete) == ((), True)


async def test_a_namespace_may_be_named_by_its_uri(running, driver):
    trigger = running.resolved.role("trigger")
    named = msgspec.structs.replace(trigger, node="nsu=urn:example:nodes;s=Cell1.Trigger")
    assert (await driver.read([named]))["trigger"].raw == 1
    strange = msgspec.structs.replace(trigger, node="nsu=urn:nobody;s=Cell1.Trigger")
    with pytest.raises(DeviceRefused, match="point trigger: it has no namespace urn:nobody"):
        await driver.read([strange])
    broken = msgspec.structs.replace(trigger, node="ns=2;Cell1")
    with pytest.raises(DeviceRefused, match="'ns=2;Cell1' is no NodeId"):
        await driver.read([broken])


async def test_a_node_that_the_user_may_not_read_is_named(running, driver):
    code = ua.StatusCode(ua.StatusCodes.BadUserAccessDenied)
    await running.put_raw("m1", ua.DataValue(ua.Variant(None, ua.VariantType.Null), StatusCode=code))
    with pytest.raises(DeviceRefused, match=r"m1: it does not let this user read .*BadUserAccessDenied.*log in as"):
        await driver.read([running.resolved.points["m1"]])
    await running.put_raw("m1", 0.0)


@pytest.mark.parametrize("raw", [float("nan"), float("inf"), float("-inf")])
async def test_what_is_no_number_never_becomes_one(running, driver, raw):
    await running.put_raw("m1", raw)
    point = running.resolved.points["m1"]
    sample = (await driver.read([point]))["m1"]
    with pytest.raises(DecodeFault, match="no number"):
        decode(point, sample.raw)


async def test_broken_text_is_bad_and_logged(running, driver, caplog):
    await running.put_raw("serial", "H\udce4\udcf6\udcfc1")
    sample = (await driver.read([running.resolved.role("serial")]))["serial"]
    assert (sample.status, sample.raw) == (Status.BAD, None)
    assert "point serial: the text is not UTF-8" in caplog.text


async def test_a_restart_makes_one_session_per_client(running, tmp_path):
    """Many clients, a restart, back-off with jitter: each of them comes back with a single new session."""
    clients = 6
    links = []
    for number in range(clients):
        context = DriverContext(
            device=f"cell {number}", data=tmp_path / "agents" / str(number), clock=lambda: datetime.now(UTC)
        )
        driver = OpcUaDriver(msgspec.structs.replace(running.settings, security="None"), context)
        links.append(DeviceLink(context.device, driver, lambda: 0.5, Pace(first=0.05, longest=0.4)))
    stop = asyncio.Event()
    trigger = running.resolved.role("trigger")

    async def poll(link: DeviceLink, until: datetime) -> bool:
        answered = False
        while datetime.now(UTC) < until and await link.ready(stop):
            try:
                answered = bool(await link.driver.read([trigger]))
                link.answered()
            except AgentError as error:
                await link.lost(error)
            await asyncio.sleep(0.02)
        return answered

    async def restart() -> None:
        await asyncio.sleep(0.3)
        await running.stop()
        await asyncio.sleep(0.6)
        await running.start()

    before = running.server.sessions
    until = datetime.now(UTC) + timedelta(seconds=2)
    *answered, _ = await asyncio.gather(*(poll(link, until) for link in links), restart())
    assert all(answered)
    assert running.server.sessions - before == 2 * clients
    await asyncio.gather(*(link.close() for link in links))


async def test_a_server_that_vanishes_is_noticed_without_asking_it_twice(running, driver):
    await running.stop()
    with pytest.raises(DeviceUnreachable):
        await driver.read([running.resolved.role("trigger")])
    with pytest.raises(DeviceUnreachable, match="the connection is closed"):
        await driver.read([running.resolved.role("trigger")])


@pytest.fixture
async def listening(running, tmp_path):
    """A source of the server's plain events: their message, connected."""
    point = Point(name="message", type=DataType.STRING, node="i=2041", field="Message")
    context = DriverContext(device="cell 1", data=tmp_path / "agent", clock=lambda: datetime.now(UTC), points=(point,))
    url, timeout = running.settings.url, running.settings.timeout
    source = create_source("opcua-events", OpcUaEventsSettings(url=url, security="None", timeout=timeout), context)
    await source.connect()
    yield source
    await source.close()


async def raise_event(running, message):
    async def work():
        events = await running.server.server.get_event_generator()
        await events.trigger(message=message)

    await running.server.do(work)


async def test_events_of_a_server_that_vanishes_and_comes_back(running, listening):
    await raise_event(running, "first")
    async with asyncio.timeout(30):
        arrival = await listening.next()
        assert arrival.samples["message"].raw == "first"
        await listening.settle(arrival)
        await running.stop()
        with pytest.raises(DeviceUnreachable):
            await listening.next()
        with pytest.raises(DeviceUnreachable):
            await listening.connect()
        await running.start()
        await listening.connect()
        await raise_event(running, "second")
        assert (await listening.next()).samples["message"].raw == "second"


async def test_who_waits_for_events_is_told_when_the_connection_is_closed(running, listening):
    waiting = asyncio.create_task(listening.next())
    await asyncio.sleep(0.05)
    await listening.close()
    with pytest.raises(DeviceUnreachable, match="the connection is closed"):
        await asyncio.wait_for(waiting, 60)


async def test_a_field_that_is_no_path_is_refused_before_anything_connects(running, tmp_path):
    point = Point(name="p", type=DataType.STRING, node="i=2041", field="Result..Id")
    context = DriverContext(device="cell 1", data=tmp_path, clock=lambda: datetime.now(UTC), points=(point,))
    with pytest.raises(ResolveError, match=r"point p: field 'Result\.\.Id'"):
        create_source("opcua-events", OpcUaEventsSettings(url=running.settings.url, security="None"), context)
