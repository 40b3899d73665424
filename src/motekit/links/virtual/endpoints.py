"""Where a virtual mote that runs in real time can be reached."""

from __future__ import annotations

import contextlib
import os
import select
import socket
import sys
from typing import Protocol

from motekit.core.errors import MachineError


class Endpoint(Protocol):
    """The device's side of a transport. No call waits.

    Attributes:
        where: what to tell a host that wants to connect.
        connected: whether a host is there, as far as the device can know.
    """

    where: str

    @property
    def connected(self) -> bool: ...

    def read(self) -> bytes:
        """Bytes from the host."""

    def write(self, data: bytes) -> None:
        """Send what can be sent; the rest is lost, as on a line that nobody listens to."""

    def close(self) -> None: ...


class PtyEndpoint:
    """A pseudo terminal: a serial port that exists in this computer only."""

    connected = True

    def __init__(self) -> None:
        import tty  # not there on Windows, which has no pseudo terminals of this kind

        self._handle, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._handle, False)
        self.where = os.ttyname(self._slave)

    def read(self) -> bytes:
        with contextlib.suppress(BlockingIOError):
            return os.read(self._handle, 65536)
        return b""

    def write(self, data: bytes) -> None:
        with contextlib.suppress(BlockingIOError):
            os.write(self._handle, data)

    def close(self) -> None:
        os.close(self._handle)
        os.close(self._slave)


class TcpEndpoint:
    """A server for one host at a time. port 0: any free one; see `where`."""

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        try:
            self._server = socket.create_server((host, port))
        except OSError as error:
            raise MachineError(
                f"cannot listen: {error.strerror}", where=f"{host}:{port}"
            ) from error
        self._server.setblocking(False)
        self._client: socket.socket | None = None
        self.port: int = self._server.getsockname()[1]
        self.where = f"{host}:{self.port}"

    @property
    def connected(self) -> bool:
        return self._client is not None

    def read(self) -> bytes:
        if self._client is None:
            with contextlib.suppress(BlockingIOError):
                self._client = self._server.accept()[0]
                self._client.setblocking(False)
            return b""
        try:
            data = self._client.recv(65536)
        except BlockingIOError:
            return b""
        except OSError:
            data = b""
        if not data:
            self._drop()
        return data

    def write(self, data: bytes) -> None:
        if self._client is None:
            return
        try:
            self._client.send(data)
        except BlockingIOError:
            return
        except OSError:
            self._drop()

    def _drop(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None

    def close(self) -> None:
        self._drop()
        self._server.close()


class StdioEndpoint:
    """Standard input and output of this process."""

    where = "standard input and output"

    def __init__(self) -> None:
        self.connected = True
        self._in = sys.stdin.fileno()

    def read(self) -> bytes:
        ready, _, _ = select.select([self._in], [], [], 0)
        return os.read(self._in, 65536) if ready else b""

    def write(self, data: bytes) -> None:
        try:
            sys.stdout.buffer.write(data)
            sys.stdout.buffer.flush()
        except BrokenPipeError:
            self.connected = False

    def close(self) -> None:
        """They belong to the process."""
