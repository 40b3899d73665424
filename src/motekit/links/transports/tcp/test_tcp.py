import contextlib
import socket
import threading
import time

import pytest

from motekit.links.transport import Gone
from motekit.links.transports.tcp import TRANSPORT, Params, connect
from motekit.links.virtual.endpoints import TcpEndpoint
from motekit.links.virtual.network import Faults
from motekit.links.virtual.serve import Plan, Served
from motekit.testing.transport import Collecting, TransportContract, check, virtual_mote


class TestTcp(TransportContract):
    transport = TRANSPORT

    @contextlib.contextmanager
    def served(self, mote):
        with Served(mote, TcpEndpoint()) as served:
            yield Params(port=served.endpoint.port)


def test_a_connection_that_breaks_is_made_again_and_nothing_is_lost():
    endpoint = TcpEndpoint()
    faults = Faults(delay_s=0.002, extra_s=0.002, drop=0.02)
    with (
        Served(virtual_mote(), endpoint, faults),
        Collecting(TRANSPORT, Params(port=endpoint.port)) as collecting,
    ):
        for n in range(3):
            collecting.until({"imu": 200 * (n + 1)})
            assert endpoint.connected
            endpoint._drop()
        collecting.until({"imu": 800})
        kinds = [event.kind for event in collecting.collector.events()]
    assert check(collecting.sink, 2.0) == 0
    assert kinds.count("gone") == 3


def test_a_device_that_restarts():
    endpoint = TcpEndpoint()
    plan = Plan(outages=((1.5, 1.8),), resets=(1.0,))
    mote = virtual_mote()
    with (
        Served(mote, endpoint, plan=plan),
        Collecting(TRANSPORT, Params(port=endpoint.port)) as collecting,
    ):
        collecting.until({"imu": 700})
    sessions = {key[1] for key in collecting.sink.parts}
    assert len(sessions) == 2


def test_a_device_that_calls():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(Gone, match="no device has connected yet"):
        connect(Params(port=port, listen=True))


def test_nobody_there():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(Gone, match=f"tcp 127.0.0.1:{port}: cannot connect"):
        connect(Params(port=port))


def test_a_device_that_calls_and_says_something():
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

    def call():
        for _ in range(100):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)) as s:
                s.sendall(b"hello")
                return
            time.sleep(0.01)

    caller = threading.Thread(target=call)
    caller.start()
    connection = connect(Params(port=port, listen=True))
    assert connection.read(1.0) == b"hello"
    with pytest.raises(Gone, match="the other end closed"):
        connection.read(1.0)
    connection.close()
    caller.join()
