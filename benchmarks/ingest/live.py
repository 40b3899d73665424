"""python -m benchmarks.ingest.live [--streams 100] [--seconds 30] [--clients 0] [--json]

Virtual motes stream 3 axes at 100 Hz each over WebSockets, in real time, and `--clients` upload
signed files beside them; the server's memory is read all the while. Afterwards it is killed and
everything that it acknowledged is looked for.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import tempfile
import time
from pathlib import Path

import numpy as np
from filelock import FileLock
from websockets.asyncio.client import connect

from motekit.core.recording import Channel, Stream
from motekit.links.filesink import read_file
from motekit.links.virtual import Setup, Source, VirtualMote, replay
from motekit.server.livelog import redo
from motekit.server.places import Places

from .bench_server import Running, free_port, project
from .client import Clients
from .count import count
from .disk import fsync_loop
from .uploads import Uploads

RATE_HZ = 100.0
TURN_S = 0.05


def _signal(seed: int) -> Stream:
    channels = tuple(Channel(f"acc{axis}", "m/s2", 0.001) for axis in "XYZ")
    values = np.random.default_rng(seed).integers(-9000, 9000, (1000, 3)).astype(np.int16)
    return Stream("accelerometer", channels, RATE_HZ, values)


async def _device(number: int, port: int, key: str, seconds: float) -> None:
    """One mote and its gateway."""
    source = Source(_signal(number), batch=1, per_frame=10)
    mote = VirtualMote(replay([source], device=f"mote-{number:03d}"), Setup())
    mote.connect(True)
    url, headers = f"ws://127.0.0.1:{port}/api/v1/live", {"x-api-key": key}
    async with connect(url, additional_headers=headers, compression=None) as socket:
        begun = time.monotonic()

        async def listen() -> None:
            async for message in socket:
                assert isinstance(message, bytes)
                mote.receive(message)

        listening = asyncio.create_task(listen())
        while (now := time.monotonic() - begun) < seconds:
            data = b"".join(chunk for _, chunk in mote.run(now))
            if data:
                await socket.send(data)
            await asyncio.sleep(TURN_S)
        await asyncio.sleep(1.5)  # the last samples are committed
        listening.cancel()


async def _all(
    server: Running, key: str, streams: int, seconds: float, clients: Clients
) -> list[float]:
    """Run them all; the server's memory, second by second."""
    uploading = asyncio.create_task(clients.run(seconds))
    motes = [asyncio.create_task(_device(n, server.port, key, seconds)) for n in range(streams)]
    rss = []
    for _ in range(int(seconds)):
        await asyncio.sleep(1.0)
        rss.append(server.rss_mb())
    await asyncio.gather(*motes, uploading)
    return rss


def run(folder: Path, streams: int, seconds: float, clients: int) -> dict[str, object]:
    """The figures by name."""
    key, hmac_key = project(folder)
    uploads = Uploads(hmac_key)
    loops = [fsync_loop(folder, uploads.body(0))]
    server = Running(folder, free_port())
    server.wait()
    crowd = Clients(server.port, key, hmac_key, clients)
    client_s = time.process_time()
    rss = asyncio.run(_all(server, key, streams, seconds, crowd))
    client_s = time.process_time() - client_s
    server.kill()
    with FileLock(Places(folder).settler_lock, timeout=120):  # the settler ends its batch first
        pass
    loops.append(fsync_loop(folder, uploads.body(0)))
    loop_per_s = float(np.mean(loops))
    numbers = crowd.tally.acknowledged
    found = count(folder, {uploads.digest(number) for number in numbers}) if clients else None
    redo(Places(folder).spool, Places(folder).live)  # as the next start of the server does
    held, missing = 0, 0
    for path in Places(folder).live.iterdir():
        for stream in read_file(path).values():
            held += len(stream)
            missing += sum(gap.count for gap in stream.gaps) + stream.first_index
    expected = streams * seconds * RATE_HZ
    half = len(rss) // 2
    return {
        "streams": streams,
        "seconds": seconds,
        "samples_sent": int(expected),
        "samples_kept": held,
        "gaps": missing,
        "kept_share": round(held / expected, 4) if expected else None,
        "rss_mb_half": round(rss[half], 1),
        "rss_mb_end": round(rss[-1], 1),
        "rss_mb_each_second": [round(mb, 1) for mb in rss],
        "cpu_share": round(server.cpu_s / (seconds + 1.5), 3),
        "motes_cpu_share": round(client_s / (seconds + 1.5), 3),
        "uploads_per_s": round(len(numbers) / seconds, 1),
        "fsync_loop_per_s": round(loop_per_s, 1),
        "ratio_to_fsync_loop": round(len(numbers) / seconds / loop_per_s, 3),
        "uploads_lost": found.lost if found else 0,
        "load": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ingest.live")
    parser.add_argument("--streams", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--clients", type=int, default=0, help="that upload beside the streams")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="live-") as folder:
        project_ = Path(folder) / "project"
        figures = run(project_, arguments.streams, arguments.seconds, arguments.clients)
    if arguments.json:
        print(json.dumps(figures, indent=2))
    else:
        for name, value in figures.items():
            print(f"{name:<22}{value}  [measured]")


if __name__ == "__main__":
    main()
