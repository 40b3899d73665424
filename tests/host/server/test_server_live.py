"""A virtual mote streams over a WebSocket, is cut off, goes on, and becomes one recording."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
from server_kit import project
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from benchmarks.ingest.bench_server import Running, free_port
from motekit.core.recording import Channel, Stream
from motekit.links.filesink import read_file
from motekit.links.virtual import Setup, Source, VirtualMote, replay
from motekit.recordings.store import Store
from motekit.server.livelog import redo
from motekit.server.livestore import LiveStore
from motekit.server.places import Places

IMU = Stream(
    "accelerometer", tuple(Channel(f"acc{a}", "m/s2", 0.5) for a in "XYZ"), 100.0,
    np.random.default_rng(3).integers(-30000, 30000, (400, 3)).astype(np.int16),
)  # fmt: skip


def stream(mote: VirtualMote, socket: ClientConnection, begun: float, until: float) -> None:
    """Carry bytes both ways in real time until that time of the mote."""
    while time.monotonic() - begun < until:
        for _, data in mote.run(time.monotonic() - begun):
            socket.send(data)
        try:
            mote.receive(socket.recv(timeout=0.01))  # type: ignore[arg-type]  # binary
        except TimeoutError:
            continue


def test_samples_survive_a_killed_server_and_become_one_recording(tmp_path: Path) -> None:
    secrets = project(tmp_path)
    mote = VirtualMote(replay([Source(IMU, batch=1, per_frame=5)], device="desk"), Setup())
    port, begun = free_port(), time.monotonic()
    for seconds in (2.5, 4.5):
        server = Running(tmp_path, port)
        server.wait()
        mote.connect(True)
        with connect(f"ws://127.0.0.1:{port}/api/v1/live",
                     additional_headers={"x-api-key": secrets["ingest"]}) as socket:  # fmt: skip
            stream(mote, socket, begun, time.monotonic() - begun + seconds)
            server.kill()
        mote.connect(False)
    places = Places(tmp_path)
    redo(places.spool, places.live)  # as the next start of the server does
    (path,) = places.live.iterdir()
    (held,) = read_file(path).values()
    assert held.first_index == 0 and not held.gaps
    assert len(held) > 500, "what was sampled while there was no server came later"
    store = Store.of_project(tmp_path)
    live = LiveStore(places.live, store)
    assert live.settle(grace_s=1e9) == 0
    assert live.settle(grace_s=0) == 1 and live.settle(grace_s=0) == 0
    recording = store.load(store.names()[0])
    found = recording.stream("accelerometer")
    assert np.array_equal(found.values, np.resize(IMU.values, (len(held), 3)))
    assert not found.gaps
    assert found.time_s is not None and found.time_s[0] == 0.0
    assert abs(found.time_s[-1] - (len(held) - 1) / 100) < 0.1
    assert recording.device == "desk" and recording.started_at
    live.close()


def test_what_is_not_the_link_is_refused(tmp_path: Path) -> None:
    secrets = project(tmp_path)
    port = free_port()
    server = Running(tmp_path, port)
    server.wait()
    url = f"ws://127.0.0.1:{port}/api/v1/live"
    key = {"x-api-key": secrets["ingest"]}
    reader, foreign = {"x-api-key": secrets["read"]}, key | {"Origin": "http://evil.test"}
    for headers, status in (({}, 401), (reader, 403), (foreign, 403)):
        with pytest.raises(InvalidStatus) as refused:
            connect(url, additional_headers=headers)
        assert refused.value.response.status_code == status
    with connect(url, additional_headers=key) as socket, pytest.raises(ConnectionClosed):
        socket.send("text")
        socket.recv(timeout=10)
        socket.recv(timeout=10)
    with connect(url, additional_headers=key) as socket:
        socket.send(b"\x00garbage" * 1000)
        assert socket.recv(timeout=10)
    server.stop()
    assert "Traceback" not in (tmp_path / "serve.log").read_text()
