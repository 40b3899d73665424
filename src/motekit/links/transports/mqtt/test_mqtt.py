import contextlib
import queue
import shutil
import socket
import subprocess
import time

import pytest
from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion

from motekit.core.errors import InputError
from motekit.links.transport import Gone
from motekit.links.transports.mqtt import TRANSPORT, Params, connect
from motekit.links.virtual.network import Faults
from motekit.links.virtual.serve import Served
from motekit.testing.transport import Collecting, TransportContract, check, virtual_mote

TOPIC = "motekit/bench"


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


@contextlib.contextmanager
def broker(tmp_path, port=None, anonymous=True):
    """A Mosquitto of our own; without `anonymous` it knows nobody and lets nobody in."""
    program = shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
    if not program:
        pytest.skip("needs mosquitto (apt install mosquitto)")
    port = port or free_port()
    config = tmp_path / "mosquitto.conf"
    config.write_text(
        f"listener {port} 127.0.0.1\nallow_anonymous {str(anonymous).lower()}\npersistence false\n"
    )
    process = subprocess.Popen(
        [program, "-c", config], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        for _ in range(200):
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), 0.2).close()
                break
            time.sleep(0.02)
        yield port
    finally:
        process.terminate()
        process.wait()


class MqttEndpoint:
    """The device's side: a client of the broker."""

    connected = True

    def __init__(self, port):
        self.where = f"mqtt {port}"
        self._heard = queue.SimpleQueue()
        self._client = Client(CallbackAPIVersion.VERSION2)
        self._client.on_message = lambda c, data, message: self._heard.put(message.payload)
        self._client.on_connect = lambda c, *_: c.subscribe(f"{TOPIC}/down")
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def read(self):
        return b"" if self._heard.empty() else self._heard.get()

    def write(self, data):
        self._client.publish(f"{TOPIC}/up", data)

    def close(self):
        self._client.disconnect()
        self._client.loop_stop()


class TestMqtt(TransportContract):
    transport = TRANSPORT

    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path):
        self.folder = tmp_path

    @contextlib.contextmanager
    def served(self, mote):
        with broker(self.folder) as port, Served(mote, MqttEndpoint(port)):
            yield Params(port=port, topic=TOPIC)


def test_a_broker_that_restarts(tmp_path):
    port = free_port()
    with contextlib.ExitStack() as stack:
        with broker(tmp_path, port):
            faults = Faults(delay_s=0.0, drop=0.02)
            stack.enter_context(Served(virtual_mote(), MqttEndpoint(port), faults))
            collecting = stack.enter_context(Collecting(TRANSPORT, Params(port=port, topic=TOPIC)))
            collecting.until({"imu": 200})
        with broker(tmp_path, port):
            collecting.until({"imu": 900})
            kinds = [event.kind for event in collecting.collector.events()]
            stack.close()
    assert "gone" in kinds
    assert check(collecting.sink, 3.0) == 0


def test_a_wrong_password_is_not_tried_again(tmp_path):
    refused = pytest.raises(InputError, match="the broker refuses: Not authorized; check user")
    with broker(tmp_path, anonymous=False) as port, refused:
        connect(Params(port=port, username="a", password="b"))


def test_no_broker():
    port = free_port()
    with pytest.raises(Gone, match=f"mqtt 127.0.0.1:{port}: cannot connect"):
        connect(Params(port=port))
