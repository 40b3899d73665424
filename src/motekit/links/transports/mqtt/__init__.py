"""MQTT: the byte stream of the link in messages, `<topic>/up` from and `<topic>/down` to the
device. The link repeats what gets lost, so messages are sent with quality of service 0."""

from __future__ import annotations

import queue
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from motekit.core.errors import InputError
from motekit.core.params import param
from motekit.links.transport import Gone, Transport

if TYPE_CHECKING:
    from paho.mqtt.client import Client


@dataclass(frozen=True)
class Params:
    host: str = param("127.0.0.1", "address of the broker")
    port: int = param(1883, "port of the broker", minimum=1, maximum=65535)
    topic: str = param("motekit/mote", "the device's topic, without /up and /down")
    username: str = param("", "user name at the broker; empty for none")
    password: str = param("", "password of the user")
    tls: bool = param(False, "encrypt the connection to the broker, and check who it is")


class MqttConnection:
    """A client whose own thread puts messages into a queue."""

    def __init__(self, client: Client, params: Params) -> None:
        self._client, self._topic = client, params.topic
        self._where = f"mqtt {params.host}:{params.port}"
        self._queue: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        client.on_message = lambda c, data, message: self._queue.put(bytes(message.payload))
        client.on_disconnect = lambda c, data, flags, reason, properties: self._queue.put(None)

    def open(self, params: Params) -> None:
        """Connect and subscribe. Raises Gone."""
        answer: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._client.on_connect = lambda c, data, flags, reason, properties: answer.put(reason)
        self._client.on_subscribe = lambda c, data, mid, codes, properties: answer.put(codes[0])
        try:
            self._client.connect(params.host, params.port, keepalive=10)
            self._client.loop_start()
            self._check(answer.get(timeout=5.0))
            self._client.subscribe(f"{self._topic}/up")
            self._check(answer.get(timeout=5.0))
        except queue.Empty as error:
            self.close()
            raise Gone("the broker does not answer", where=self._where) from error
        except OSError as error:
            self.close()
            raise Gone(f"cannot connect: {error}", where=self._where) from error

    def _check(self, reason: Any) -> None:
        if reason.is_failure:
            self.close()
            raise InputError(
                f"the broker refuses: {reason}", where=self._where,
                way_out="check username, password and topic",
            )  # fmt: skip

    def read(self, timeout_s: float) -> bytes:
        try:
            parts = [self._queue.get(timeout=timeout_s)]
        except queue.Empty:
            return b""
        while not self._queue.empty():
            parts.append(self._queue.get())
        if None in parts:
            raise Gone("the broker closed the connection", where=self._where)
        return b"".join(part for part in parts if part)

    def write(self, data: bytes) -> None:
        if self._client.publish(f"{self._topic}/down", data).rc != 0:
            raise Gone("the broker is gone", where=self._where)

    def close(self) -> None:
        self._client.on_disconnect = None
        self._client.disconnect()
        self._client.loop_stop()


def connect(params: Params) -> MqttConnection:
    """Raises Gone if there is no broker, InputError if it refuses or paho-mqtt is missing."""
    try:
        from paho.mqtt.client import Client
        from paho.mqtt.enums import CallbackAPIVersion
    except ImportError as error:
        raise InputError(
            "paho-mqtt is not installed", where="mqtt", way_out="pip install 'motekit[mqtt]'"
        ) from error
    client = Client(CallbackAPIVersion.VERSION2)
    if params.username:
        client.username_pw_set(params.username, params.password or None)
    if params.tls:
        client.tls_set()
    connection = MqttConnection(client, params)
    connection.open(params)
    return connection


TRANSPORT = Transport(
    name="mqtt",
    summary="a device behind an MQTT broker",
    params=Params,
    connect=connect,
    package=__name__,
)
