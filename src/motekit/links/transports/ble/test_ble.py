"""The link over Bluetooth without a radio: bumble's controllers on a link in memory."""

import asyncio
import contextlib
import queue
import threading

import pytest
from bleak.exc import BleakError
from bumble import core, gatt
from bumble.controller import Controller
from bumble.device import Device, Peer
from bumble.hci import Address
from bumble.host import Host
from bumble.link import LocalLink
from bumble.transport.common import AsyncPipeSink

from motekit.core.errors import InputError
from motekit.links.transport import Gone
from motekit.links.transports.ble import TRANSPORT, Params, central, connect
from motekit.links.transports.ble.gatt import DOWN, SERVICE, UP
from motekit.links.virtual.network import Faults
from motekit.links.virtual.serve import Served
from motekit.testing.transport import Collecting, TransportContract, check, virtual_mote

HOST, MOTE = "C0:00:00:00:00:01", "C0:00:00:00:00:02"
MTU = 185


def device(name, address, link):
    controller = Controller(name, link=link)
    host = Host(controller, AsyncPipeSink(controller))
    return Device(name=name, address=address_of(address), host=host)


def address_of(text):
    return Address(text, Address.RANDOM_DEVICE_ADDRESS)


class Air:
    """Two Bluetooth devices in one event loop, in a thread of its own: the mote's side is an
    endpoint, the host's side a central."""

    def __init__(self):
        self.where = "virtual Bluetooth"
        self.connected = False
        self.heard = queue.SimpleQueue()
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever)
        self.thread.start()
        self.do(self._start())

    def do(self, work):
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(10.0)

    async def _start(self):
        link = LocalLink()
        self.mote, self.host = device("mote", MOTE, link), device("host", HOST, link)
        properties = gatt.Characteristic.Properties
        self.up = gatt.Characteristic(UP, properties.NOTIFY, gatt.Characteristic.READABLE, b"")
        down = gatt.Characteristic(
            DOWN,
            properties.WRITE_WITHOUT_RESPONSE,
            gatt.Characteristic.WRITEABLE,
            gatt.CharacteristicValue(write=lambda connection, value: self.heard.put(bytes(value))),
        )
        self.mote.add_service(gatt.Service(SERVICE, [self.up, down]))
        self.mote.on("connection", self._on_connection)
        await self.mote.power_on()
        await self.host.power_on()
        await self.mote.start_advertising(auto_restart=True)

    def _on_connection(self, connection):
        self.link = connection
        connection.on("disconnection", self._on_disconnection)
        self.connected = True

    def _on_disconnection(self, reason):
        self.connected = False

    # The mote's side.

    def read(self):
        return b"" if self.heard.empty() else self.heard.get()

    def write(self, data):
        with contextlib.suppress(core.InvalidStateError, core.BaseError):
            self.do(self._notify(data))

    async def _notify(self, data):
        size = self.link.att_mtu - 3
        for at in range(0, len(data), size):
            await self.mote.notify_subscribers(self.up, data[at : at + size])

    def hang_up(self):
        self.do(self.link.disconnect())

    def close(self):
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()


class BumbleCentral:
    """The host's side, as BleakCentral, run in the loop of the air."""

    def __init__(self, air):
        self.air = air
        self.connection = None

    async def _in(self, work):
        future = asyncio.run_coroutine_threadsafe(work, self.air.loop)
        return await asyncio.wrap_future(future)

    async def open(self, heard, gone):
        try:
            await self._in(self._open(heard, gone))
        except (core.BaseError, TimeoutError) as error:
            raise Gone(f"cannot connect: {error}") from error

    async def _open(self, heard, gone):
        self.connection = await self.air.host.connect(address_of(MOTE), timeout=5.0)
        self.connection.on("disconnection", lambda reason: gone())
        peer = Peer(self.connection)
        await peer.request_mtu(MTU)
        await peer.discover_all()
        (up,) = peer.get_characteristics_by_uuid(core.UUID(UP))
        (self.down,) = peer.get_characteristics_by_uuid(core.UUID(DOWN))
        await peer.subscribe(up, lambda value: heard(bytes(value)))

    async def write(self, data):
        await self._in(self._write(data))

    async def _write(self, data):
        for at in range(0, len(data), MTU - 3):
            await self.down.write_value(data[at : at + MTU - 3])

    async def close(self):
        if self.connection is not None:
            with contextlib.suppress(core.BaseError):
                await self._in(self.connection.disconnect())


class TestBle(TransportContract):
    transport = TRANSPORT

    @pytest.fixture(autouse=True)
    def _air(self, monkeypatch):
        self.patch = monkeypatch

    @contextlib.contextmanager
    def served(self, mote):
        air = Air()
        self.patch.setattr(central, "BleakCentral", lambda address, wait: BumbleCentral(air))
        with Served(mote, air):
            yield Params(address=MOTE)


def test_out_of_reach_and_back(monkeypatch):
    air = Air()
    monkeypatch.setattr(central, "BleakCentral", lambda address, wait: BumbleCentral(air))
    mote = virtual_mote(bytes_per_s=60_000)
    with (
        Served(mote, air, Faults(delay_s=0.004, extra_s=0.002, drop=0.01)),
        Collecting(TRANSPORT, Params(address=MOTE)) as collecting,
    ):
        collecting.until({"imu": 200})
        air.hang_up()
        collecting.until({"imu": 600})
        kinds = [event.kind for event in collecting.collector.events()]
    assert kinds.count("gone") == 1
    assert check(collecting.sink, 2.5) == 0


class FakeClient:
    """Stands in for bleak.BleakClient."""

    fail = None
    size = 182
    has_service = True

    def __init__(self, address, disconnected_callback, services, timeout):
        assert services == [SERVICE]
        self.gone, self.written, self.services = disconnected_callback, [], self
        FakeClient.last = self

    async def connect(self):
        if self.fail:
            raise self.fail

    def get_characteristic(self, uuid):
        assert uuid == DOWN
        return self if self.has_service else None

    @property
    def max_write_without_response_size(self):
        return self.size

    async def start_notify(self, uuid, heard):
        assert uuid == UP
        self.heard = heard

    async def write_gatt_char(self, uuid, data, response):
        assert uuid == DOWN and not response
        if self.fail:
            raise self.fail
        self.written.append(bytes(data))

    async def disconnect(self):
        self.fail = BleakError("disconnected already")
        raise self.fail


@pytest.fixture
def bleak(monkeypatch):
    fake = type("Fake", (FakeClient,), {})
    monkeypatch.setattr(central, "BleakClient", fake)
    return fake


def test_bleak_reads_and_writes_in_pieces(bleak):
    connection = connect(Params(address=MOTE))
    client = FakeClient.last
    client.heard(None, bytearray(b"abc"))
    client.heard(None, bytearray(b"def"))
    assert connection.read(1.0) in (b"abc", b"abcdef")
    connection.write(bytes(400))
    assert [len(piece) for piece in client.written] == [182, 182, 36]
    client.gone(client)
    with pytest.raises(Gone, match="the device disconnected"):
        while True:
            connection.read(0.1)
    client.fail = BleakError("not connected")
    with pytest.raises(Gone, match="the device is gone: not connected"):
        connection.write(b"x")
    connection.close()
    connection.close()


@pytest.mark.parametrize("error", [BleakError("device not found"), OSError("no adapter")])
def test_a_device_that_does_not_answer(bleak, error):
    bleak.fail = error
    with pytest.raises(Gone, match=f"{MOTE}: cannot connect: {error}"):
        connect(Params(address=MOTE))


def test_a_device_without_the_service(bleak):
    bleak.has_service = False
    with pytest.raises(Gone, match="does not offer the mote link"):
        connect(Params(address=MOTE))


def test_no_address():
    with pytest.raises(InputError, match=r"ble: which device\?"):
        connect(Params())
