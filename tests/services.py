"""Servers that tests of shared stores need: a real PostgreSQL, and an S3 service.

PostgreSQL is the one of the machine's packages (`apt-get install postgresql`; tests/run does so).
The S3 service is `moto_server` on the path, or whatever MOTEKIT_TEST_S3 names (its keys in the
usual AWS variables): tests/run_services makes one in a throw-away environment.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def _postgres_folder() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    elsewhere = shutil.which("initdb")
    if not found and elsewhere:
        return Path(elsewhere).resolve().parent
    if not found:
        pytest.skip("needs PostgreSQL (apt-get install postgresql)")
    return found[-1].parent


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """A PostgreSQL of its own, gone afterwards; yields its URL."""
    programs = _postgres_folder()
    user = "postgres" if os.geteuid() == 0 else None  # it refuses to run as root
    if user is not None:
        try:
            owner = pwd.getpwnam(user)
        except KeyError:
            pytest.skip("needs the user postgres, as PostgreSQL refuses to run as root")
    with tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp") as text:
        folder = Path(text)
        if user is not None:
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        port, data = free_port(), folder / "data"
        name = user or pwd.getpwuid(os.geteuid()).pw_name
        run = {"user": user, "cwd": folder} if user else {"cwd": folder}
        subprocess.run(
            [programs / "initdb", "-A", "trust", "-N", "-U", name, data],
            check=True,
            capture_output=True,
            **run,
        )  # type: ignore[call-overload]
        server = subprocess.Popen(
            [programs / "postgres", "-D", data, "-p", str(port), "-k", folder, "-h", "127.0.0.1",
             "-F"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **run,
        )  # type: ignore[call-overload]  # fmt: skip
        try:
            _answers(port, server)
            for _ in range(100):  # it listens before it takes queries
                ask = [programs / "pg_isready", "-h", "127.0.0.1", "-p", str(port)]
                if subprocess.run(ask, capture_output=True, check=False).returncode == 0:
                    break
                time.sleep(0.1)
            yield f"postgresql://{name}@127.0.0.1:{port}/postgres"
        finally:
            server.terminate()
            server.wait()


def _answers(port: int, server: subprocess.Popen[bytes]) -> None:
    limit = time.monotonic() + 30
    while server.poll() is None and time.monotonic() < limit:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise RuntimeError("the server did not start")


@contextlib.contextmanager
def s3(monkeypatch: pytest.MonkeyPatch, bucket: str) -> Iterator[str]:
    """An S3 service with an empty bucket; yields its URL, keys are in the environment."""
    from pyarrow.fs import S3FileSystem

    given, program = os.environ.get("MOTEKIT_TEST_S3"), shutil.which("moto_server")
    if not given and not program:
        pytest.skip("needs an S3 service: moto_server on the path, or MOTEKIT_TEST_S3")
    with contextlib.ExitStack() as stack:
        url = given
        if url is None:
            for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
                monkeypatch.setenv(name, "testing")
            port = free_port()
            server = subprocess.Popen(
                [str(program), "-H", "127.0.0.1", "-p", str(port)],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            )  # fmt: skip
            stack.callback(server.wait)
            stack.callback(server.terminate)
            _answers(port, server)
            url = f"http://127.0.0.1:{port}"
        scheme, _, host = url.rpartition("://")
        made = S3FileSystem(endpoint_override=host, scheme=scheme, allow_bucket_creation=True,
                            region="us-east-1")  # fmt: skip
        made.create_dir(bucket)
        yield url
