"""A project and its server, started, killed and started again."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from motekit.server.keys import KeyFile
from motekit.server.places import Places


def project(folder: Path) -> tuple[str, str]:
    """A project with one device key; (key, HMAC key)."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "mote.toml").write_text('name = "bench"\n', encoding="utf-8")
    return KeyFile(Places(folder).make().keys).add("bench", ("ingest",))


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _cpu_s(pid: int) -> float:
    """Processor time of a process up to now (Linux)."""
    stat = Path(f"/proc/{pid}/stat")
    if not stat.is_file():
        return 0.0
    fields = stat.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Running:
    """`motekit serve` on a port."""

    def __init__(self, folder: Path, port: int) -> None:
        command = [sys.executable, "-m", "motekit", "serve", "--project", str(folder),
                   "--port", str(port), "--json"]  # fmt: skip
        self.peak_rss_mb = self.cpu_s = self.settler_cpu_s = 0.0
        self.since = time.monotonic()
        self._log = (folder / "serve.log").open("ab")
        # A session of its own: Ctrl-C is for the benchmark, which then ends it.
        self._process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=self._log, start_new_session=True
        )
        self.port, self.folder = port, folder

    def wait(self) -> float:
        """Seconds from the start until a connection is accepted and answered."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                with socket.create_connection(("127.0.0.1", self.port), 1.0) as probe:
                    probe.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
                    if probe.recv(16).startswith(b"HTTP/1.1 421"):
                        return time.monotonic() - self.since
            except OSError:
                time.sleep(0.02)
        raise RuntimeError("the server did not start")

    def _memory(self, field: str) -> float:
        """A field of its memory in MB (Linux)."""
        status = Path(f"/proc/{self._process.pid}/status")
        lines = status.read_text().splitlines() if status.is_file() else []
        return next((int(t.split()[1]) / 1024 for t in lines if t.startswith(field)), 0.0)

    def rss_mb(self) -> float:
        """Its memory now."""
        return self._memory("VmRSS")

    def measure(self) -> None:
        """Note the peak of its memory, and the processor time of server and settler."""
        self.peak_rss_mb = self._memory("VmHWM")
        self.cpu_s = _cpu_s(self._process.pid)
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        settlers = children.read_text().split() if children.is_file() else []
        self.settler_cpu_s = sum(_cpu_s(int(pid)) for pid in settlers)

    def kill(self) -> None:
        """SIGKILL, without a word."""
        self.measure()
        self._process.kill()
        self._reap()

    def stop(self) -> int:
        """Ask it to end; its exit code."""
        self.measure()
        self._process.send_signal(signal.SIGINT)
        return self._reap()

    def _reap(self) -> int:
        code = self._process.wait(60)
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._log.close()
        return code
