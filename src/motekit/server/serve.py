"""Run the server: loopback by default, TLS or an explicit word for anything else."""

from __future__ import annotations

import ipaddress
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from motekit.core.errors import InputError, MachineError

from .app import Pages, Server, Settings
from .limits import Limits
from .log import to_stream
from .protocol import configuration

PORT = 4800


@dataclass(frozen=True)
class Address:
    """Where to listen.

    Args:
        host: a loopback address, unless there is TLS or `open_network`.
        port: 0 for any free one.
        names: further names that the server is reached by, with the port unless that is implied.
        certificate, private_key: PEM files; both or none.
        open_network: listen on other addresses without TLS.
    """

    host: str = "127.0.0.1"
    port: int = PORT
    names: tuple[str, ...] = ()
    certificate: Path | None = None
    private_key: Path | None = None
    open_network: bool = False

    @property
    def tls(self) -> bool:
        return self.certificate is not None

    def checked(self) -> Address:
        """Itself. Raises InputError if strangers could listen in."""
        if (self.certificate is None) != (self.private_key is None):
            raise InputError("TLS needs a certificate and its key", where="serve")
        for file in (self.certificate, self.private_key):
            if file is not None and not file.is_file():
                raise InputError("no such file", where=file)
        if not (is_loopback(self.host) or self.tls or self.open_network):
            raise InputError(
                "other machines could read keys and recordings on their way", where="--host",
                value=self.host,
                way_out="give --tls-cert and --tls-key, or --open-network if you trust the network",
            )  # fmt: skip
        return self

    def hosts(self, port: int) -> tuple[str, ...]:
        """Values of the Host header that are answered; the first is the one that is shown."""
        own = [self.host] if self.host not in ("0.0.0.0", "::") else []
        names = [*own, "127.0.0.1", "localhost", "::1"]
        shown = [f"[{name}]" if ":" in name else name for name in names]
        out = [f"{name}:{port}" for name in shown]
        if port == (443 if self.tls else 80):
            out += shown
        return tuple(dict.fromkeys(out))


def is_loopback(host: str) -> bool:
    """Whether an address is this machine's own."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def listen(address: Address) -> socket.socket:
    """A listening socket. Raises MachineError if the port is in use."""
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        if sys.platform != "win32":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address.host, address.port))
        listener.listen(1024)
    except OSError as error:
        listener.close()
        raise MachineError(f"cannot listen: {error.strerror or error}",
                           where=f"{address.host}:{address.port}",
                           way_out="choose another --port") from error  # fmt: skip
    return listener


@dataclass(frozen=True)
class Ready:
    """Told when the server listens: its address, and the address that opens a browser once."""

    url: str
    login: str


def serve(
    project: Path,
    address: Address,
    ready: Callable[[Ready], None],
    limits: Limits | None = None,
    refuse_unsigned: bool = False,
    pages: Pages | None = None,
) -> None:
    """Serve a project until interrupted. Raises InputError, MachineError."""
    import uvicorn

    address.checked()
    to_stream(sys.stderr)
    sys.setswitchinterval(0.001)  # the writer waits for the interpreter less
    with listen(address) as listener:
        port = int(listener.getsockname()[1])
        hosts = address.hosts(port)
        settings = Settings(project, hosts, address.names, address.tls, limits or Limits(),
                            refuse_unsigned=refuse_unsigned)  # fmt: skip
        server = Server(settings, pages)
        url = f"{'https' if address.tls else 'http'}://{hosts[0]}"
        ready(Ready(url, f"{url}/login?token={server.sessions.token()}"))
        config = configuration(server.guard, settings.limits, address.certificate,
                               address.private_key)  # fmt: skip
        uvicorn.Server(config).run(sockets=[listener])
