"""Uploads and servers for tests: clients written from the ingestion protocol's documentation."""

from __future__ import annotations

import hashlib
import hmac
import io
import json
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cbor2
from starlette.testclient import TestClient

from motekit.server.app import Server, Settings
from motekit.server.keys import KeyFile
from motekit.server.limits import Limits
from motekit.server.places import Places

URL = "http://127.0.0.1:4800"
HMAC_KEY = "fed53116f20684c067774ebf9e7bcbdc"  # the key of the documentation's code samples
ZEROS = "0" * 64


def acquisition(seed: int = 0, device: str = "mote-1") -> dict[str, Any]:
    """An unsigned acquisition object; another seed, another file."""
    values = [[seed + i / 8, -i / 4, 9.75] for i in range(20)]
    return {
        "protected": {"ver": "v1", "alg": "HS256", "iat": 1564128599},
        "signature": ZEROS,
        "payload": {
            "device_name": device, "device_type": "TEST", "interval_ms": 10,
            "sensors": [{"name": f"acc{a}", "units": "m/s2"} for a in "XYZ"], "values": values,
        },
    }  # fmt: skip


def _signed(data: bytes, key: str) -> bytes:
    signature = hmac.new(key.encode(), data, hashlib.sha256).hexdigest()
    return data.replace(ZEROS.encode(), signature.encode(), 1)


def json_file(seed: int = 0, key: str = HMAC_KEY) -> bytes:
    """A signed JSON file."""
    return _signed(json.dumps(acquisition(seed)).encode(), key)


def cbor_file(seed: int = 0, key: str = HMAC_KEY) -> bytes:
    """A signed CBOR file."""
    return _signed(cbor2.dumps(acquisition(seed)), key)


def csv_file(seed: int = 0, rows: int = 30) -> bytes:
    """Timestamps in ms with constant steps, as the documentation asks for."""
    lines = [f"{i * 20},{seed + i / 2},{-i}" for i in range(rows)]
    return "\n".join(["timestamp,accX,accY", *lines, ""]).encode()


def wav_file(seed: int = 0, frames: int = 800) -> bytes:
    """One channel of 16 bits at 8 kHz."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"".join((seed + i % 50).to_bytes(2, "little") for i in range(frames)))
    return out.getvalue()


def project(folder: Path) -> dict[str, str]:
    """A project with keys; secrets by the scope that each has."""
    (folder / "mote.toml").write_text('name = "test"\n', encoding="utf-8")
    file = KeyFile(Places(folder).make().keys)
    secrets = {s: file.add(s, (s,), hmac_key=HMAC_KEY)[0] for s in ("ingest", "read", "write")}
    secrets["unchecked"] = file.add("unchecked", ("ingest",), hmac_key=None)[0]
    return secrets


@contextmanager
def serving(folder: Path, limits: Limits | None = None, **options: Any
            ) -> Iterator[tuple[Server, TestClient, dict[str, str]]]:  # fmt: skip
    """(server, client without credentials, secrets) of a server in this process."""
    secrets = project(folder)
    hosts = ("127.0.0.1:4800", "localhost:4800")
    settings = Settings(folder, hosts, limits=limits or Limits(), settle=False, **options)
    server = Server(settings)
    with TestClient(server.guard, URL, raise_server_exceptions=False) as client:
        yield server, client, secrets
