"""Firmware written for Edge Impulse's data forwarder: lines of numbers on a serial port."""

from __future__ import annotations

from dataclasses import dataclass

from motekit.core.params import param
from motekit.links.serial_port import SerialConnection, open_port, ports
from motekit.links.textlines import TextSession
from motekit.links.transport import Place, Transport


@dataclass(frozen=True)
class Params:
    port: str = param("", "device file or name of the port (/dev/ttyACM0, COM3)")
    baud: int = param(115200, "bits per second", unit="Bd", minimum=300, maximum=12_000_000)
    frequency: float = param(
        0.0, "nominal rate of the lines; 0: measure it over the first two seconds", unit="Hz",
        minimum=0.0, maximum=100_000.0,
    )  # fmt: skip
    names: tuple[str, ...] = param((), "channel names; empty: ch0, ch1 …")
    units: tuple[str, ...] = param((), "SenML unit of each channel, or one for all")
    sensor: str = param("sensor", "name of the sensor")
    device: str = param("", "name of the device; empty: the port's name")


def connect(params: Params) -> SerialConnection:
    return open_port(params.port, params.baud)


def session(params: Params) -> TextSession:
    name = params.device or params.port.rpartition("/")[2] or "forwarder"
    return TextSession(name, params.sensor, params.names, params.units, params.frequency)


def find() -> tuple[Place, ...]:
    """The serial ports of this machine."""
    return tuple(Place(Params(port=name), f"{name}  {text}") for name, text in ports())


TRANSPORT = Transport(
    name="edge_impulse_forwarder",
    summary="lines of numbers on a serial port, as for Edge Impulse's data forwarder",
    params=Params,
    connect=connect,
    package=__name__,
    find=find,
    session=session,
)
