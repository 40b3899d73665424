"""A real server in its own process: kill -9, slow clients, full stops."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from server_kit import json_file, project

from benchmarks.ingest import kills
from benchmarks.ingest.bench_server import Running, free_port
from motekit.recordings.store import Store


@pytest.fixture
def running(tmp_path: Path) -> Iterator[tuple[Running, dict[str, str]]]:
    secrets = project(tmp_path)
    server = Running(tmp_path, free_port())
    server.wait()
    yield server, secrets
    server.stop()


def head(server: Running, key: str, **headers: str) -> bytes:
    lines = ["POST /api/training/data HTTP/1.1", f"Host: 127.0.0.1:{server.port}",
             f"x-api-key: {key}", "x-file-name: a.json",
             *(f"{k.replace('_', '-')}: {v}" for k, v in headers.items())]  # fmt: skip
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def answer(connection: socket.socket) -> bytes:
    connection.settimeout(30)
    out = b""
    while b"\r\n\r\n" not in out:
        got = connection.recv(4096)
        if not got:
            break
        out += got
    return out


def test_an_upload_becomes_a_recording_and_an_interrupt_is_clean(tmp_path: Path) -> None:
    secrets = project(tmp_path)
    server = Running(tmp_path, free_port())
    server.wait()
    data = json_file()
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(head(server, secrets["ingest"], content_length=str(len(data))) + data)
        assert answer(connection).startswith(b"HTTP/1.1 200")
    store, deadline = Store.of_project(tmp_path), time.monotonic() + 30
    while "a" not in store and time.monotonic() < deadline:
        time.sleep(0.05)
    assert store.load("a").label == "a"
    assert server.stop() in (0, 130)
    log = (tmp_path / "serve.log").read_text()
    assert "Traceback" not in log and secrets["ingest"] not in log


def test_a_second_server_of_a_project_is_refused(
    running: tuple[Running, dict[str, str]], tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "motekit", "serve", "--project", str(tmp_path), "--port", "0"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2 and "a server is running" in done.stderr


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::"])
def test_other_addresses_need_tls_or_a_word(tmp_path: Path, host: str) -> None:
    project(tmp_path)
    command = [sys.executable, "-m", "motekit", "serve", "--project", str(tmp_path), "--host", host]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2 and "--open-network" in done.stderr


def test_a_body_that_says_too_much_is_refused_before_it_comes(
    running: tuple[Running, dict[str, str]],
) -> None:
    server, secrets = running
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(head(server, secrets["ingest"], content_length=str(2 << 30)))
        found = answer(connection).lower()
        assert found.startswith(b"http/1.1 413") and b"connection: close" in found


def test_other_clients_do_not_wait_for_slow_ones(running: tuple[Running, dict[str, str]]) -> None:
    server, secrets = running
    slow = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(50)]
    for i, connection in enumerate(slow):
        begun = head(server, secrets["ingest"], content_length="1000") + b"{"
        connection.sendall(begun if i % 2 else begun[:20])
    data = json_file()
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(head(server, secrets["ingest"], content_length=str(len(data))) + data)
        assert answer(connection).startswith(b"HTTP/1.1 200")
    assert answer(slow[1]).startswith(b"HTTP/1.1 408"), "the body never came"
    assert answer(slow[0]) == b"", "the headers never came: hung up"
    for connection in slow:
        connection.close()
    log = server.folder / "serve.log"
    refused = [json.loads(line) for line in log.read_text().splitlines()]
    assert any("slowly" in str(line.get("reason")) for line in refused)


def test_the_settler_ends_with_its_server_and_comes_back_when_killed(tmp_path: Path) -> None:
    project(tmp_path)
    server = Running(tmp_path, free_port())
    server.wait()

    def settlers() -> list[int]:
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    line = (entry / "cmdline").read_bytes()
                except OSError:
                    continue
                if b"motekit.server.settler" in line and str(tmp_path).encode() in line:
                    found.append(int(entry.name))
        return found

    def wait_for(count: int, but: int = 0) -> list[int]:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            found = [pid for pid in settlers() if pid != but]
            if len(found) == count:
                return found
            time.sleep(0.05)
        raise AssertionError(settlers())

    (first,) = wait_for(1)
    os.kill(first, signal.SIGKILL)
    wait_for(1, but=first)
    server.kill()
    wait_for(0)


def test_kill_9_at_random_moments_loses_and_doubles_nothing(tmp_path: Path) -> None:
    figures = kills.run(tmp_path / "project", kills=4, clients=4, seed=7)
    assert figures["acknowledged"]
    for name in ("lost", "duplicates", "damaged_files", "set_aside"):
        assert figures[name] == 0, figures
