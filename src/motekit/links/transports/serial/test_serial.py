import contextlib
import os

import pytest

from motekit.core.errors import InputError
from motekit.links.transport import Gone
from motekit.links.transports.serial import TRANSPORT, Params, connect
from motekit.links.virtual.endpoints import PtyEndpoint
from motekit.links.virtual.serve import Served
from motekit.testing.transport import TransportContract


class TestSerial(TransportContract):
    transport = TRANSPORT

    @contextlib.contextmanager
    def served(self, mote):
        with Served(mote, PtyEndpoint()) as served:
            yield Params(port=served.endpoint.where)


def test_no_port():
    with pytest.raises(InputError, match=r"serial: which port\?"):
        connect(Params())


def test_a_port_that_is_not_there():
    with pytest.raises(Gone, match=r"/dev/nothing: cannot open"):
        connect(Params(port="/dev/nothing"))


def test_a_port_that_is_unplugged():
    handle, slave = os.openpty()
    connection = connect(Params(port=os.ttyname(slave)))
    assert connection.read(0.01) == b""
    os.close(slave)
    os.close(handle)
    with pytest.raises(Gone, match="the port is gone"):
        connection.read(0.01)
    with pytest.raises(Gone, match="the port is gone"):
        connection.write(b"x")
    connection.close()
