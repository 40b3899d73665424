"""Serial ports, for the transports that use one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from motekit.core.errors import InputError

from .transport import Gone

if TYPE_CHECKING:
    import serial


class SerialConnection:
    """An open port."""

    def __init__(self, port: serial.Serial) -> None:
        self._port = port

    def read(self, timeout_s: float) -> bytes:
        try:
            self._port.timeout = timeout_s
            first: bytes = self._port.read(1)
            if not first:
                return b""
            return first + bytes(self._port.read(self._port.in_waiting))
        except (OSError, TypeError) as error:
            # pyserial raises TypeError when the port is closed under it.
            raise Gone(f"the port is gone: {error}", where=self._port.port) from error

    def write(self, data: bytes) -> None:
        try:
            self._port.write(data)
        except OSError as error:
            raise Gone(f"the port is gone: {error}", where=self._port.port) from error

    def close(self) -> None:
        self._port.close()


def open_port(port: str, baud: int, *, rtscts: bool = False) -> SerialConnection:
    """Open a port for this process alone. Raises Gone, or InputError without a name."""
    import serial

    if not port:
        names = ", ".join(name for name, _ in ports()) or "none found; is it plugged in?"
        raise InputError("which port?", where="serial", way_out=f"one of: {names}")
    try:
        opened = serial.Serial(
            port, baud, timeout=0.02, write_timeout=2.0, rtscts=rtscts, exclusive=True
        )
    except (OSError, ValueError) as error:
        raise Gone(f"cannot open: {error}", where=port) from error
    return SerialConnection(opened)


def ports() -> list[tuple[str, str]]:
    """(name, description) of the serial ports of this machine, USB ones first."""
    from serial.tools import list_ports

    found = sorted(list_ports.comports(), key=lambda port: (port.vid is None, port.device))
    return [(port.device, port.description or "") for port in found]
