"""TCP: connect to a device, or wait for one."""

from __future__ import annotations

import socket
from dataclasses import dataclass

from motekit.core.params import param
from motekit.links.transport import Gone, Transport


@dataclass(frozen=True)
class Params:
    host: str = param("127.0.0.1", "address of the device, or to listen on")
    port: int = param(7077, "port", minimum=1, maximum=65535)
    listen: bool = param(False, "wait for the device to connect instead of connecting to it")


class TcpConnection:
    """A connected socket."""

    def __init__(self, sock: socket.socket, where: str) -> None:
        self._socket, self._where = sock, where
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def read(self, timeout_s: float) -> bytes:
        self._socket.settimeout(timeout_s)
        try:
            data = self._socket.recv(65536)
        except TimeoutError:
            return b""
        except OSError as error:
            raise Gone(f"the connection broke: {error.strerror}", where=self._where) from error
        if not data:
            raise Gone("the other end closed the connection", where=self._where)
        return data

    def write(self, data: bytes) -> None:
        self._socket.settimeout(5.0)
        try:
            self._socket.sendall(data)
        except OSError as error:
            raise Gone(f"the connection broke: {error.strerror}", where=self._where) from error

    def close(self) -> None:
        self._socket.close()


def _accept(params: Params, where: str) -> socket.socket:
    with socket.create_server((params.host, params.port)) as server:
        server.settimeout(1.0)
        try:
            return server.accept()[0]
        except TimeoutError as error:
            raise Gone("no device has connected yet", where=where) from error


def connect(params: Params) -> TcpConnection:
    where = f"tcp {params.host}:{params.port}"
    try:
        if params.listen:
            return TcpConnection(_accept(params, where), where)
        return TcpConnection(
            socket.create_connection((params.host, params.port), timeout=5.0), where
        )
    except TimeoutError as error:
        raise Gone("no answer", where=where) from error
    except OSError as error:
        raise Gone(f"cannot connect: {error.strerror or error}", where=where) from error


TRANSPORT = Transport(
    name="tcp",
    summary="a device on the network",
    params=Params,
    connect=connect,
    package=__name__,
)
