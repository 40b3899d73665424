"""A serial port: UART, USB CDC, a pseudo terminal."""

from __future__ import annotations

from dataclasses import dataclass

from motekit.core.params import param
from motekit.links.serial_port import SerialConnection, open_port, ports
from motekit.links.transport import Place, Transport


@dataclass(frozen=True)
class Params:
    port: str = param("", "device file or name of the port (/dev/ttyACM0, COM3)")
    baud: int = param(115200, "bits per second", unit="Bd", minimum=300, maximum=12_000_000)
    rtscts: bool = param(False, "hardware flow control")


def connect(params: Params) -> SerialConnection:
    return open_port(params.port, params.baud, rtscts=params.rtscts)


def find() -> tuple[Place, ...]:
    """The serial ports of this machine."""
    return tuple(Place(Params(port=name), f"{name}  {text}") for name, text in ports())


TRANSPORT = Transport(
    name="serial",
    summary="a serial port: UART, USB, pseudo terminal",
    params=Params,
    connect=connect,
    package=__name__,
    find=find,
)
