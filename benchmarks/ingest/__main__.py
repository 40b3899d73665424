"""python -m benchmarks.ingest [--json] [--seconds S] [--clients N] [--dir DIR]

Everything shares the processors it is run on, the clients too: what an upload costs each part is
reported beside the rates.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from .bench_server import Running, free_port, project
from .client import Clients, Tally
from .count import count
from .disk import fsync_loop
from .uploads import Uploads

if sys.platform == "win32":
    loop = asyncio
else:
    import uvloop as loop  # the clients cost less
OVERLOAD_CLIENTS, OVERLOAD_S = 1500, 5.0  # three times as many as are served at once
OVERLOAD_FIRST = 1 << 28  # numbers of their uploads begin here


async def _phase(clients: Clients, server: Running, seconds: float) -> tuple[Running, float]:
    """Upload for a while; at half-time the server is killed and started again.

    Returns the second server and the seconds it was away."""
    task = asyncio.create_task(clients.run(seconds))
    await asyncio.sleep(seconds / 2)
    await asyncio.to_thread(server.kill)
    again = Running(server.folder, server.port)
    down = await asyncio.to_thread(again.wait)
    again.measure()
    since_s = again.cpu_s  # of the start
    await task
    again.measure()
    again.cpu_s -= since_s
    return again, down


def run(folder: Path, seconds: float, clients: int, overload: bool) -> dict[str, object]:
    """The whole benchmark; its figures by name."""
    key, hmac_key = project(folder)
    uploads = Uploads(hmac_key)
    loops = [fsync_loop(folder, uploads.body(0))]
    server = Running(folder, free_port())
    server.wait()
    server.measure()
    started_s = server.cpu_s
    crowd = Clients(server.port, key, hmac_key, clients)
    since, client_s = time.perf_counter(), time.process_time()
    again, down = loop.run(_phase(crowd, server, seconds))
    elapsed, client_s = time.perf_counter() - since, time.process_time() - client_s
    cpu_s = {
        "server": server.cpu_s - started_s + again.cpu_s,
        "settler": server.settler_cpu_s + again.settler_cpu_s,
        "clients": client_s,
    }
    rss_mb = again.rss_mb()
    flood = Clients(server.port, key, hmac_key, OVERLOAD_CLIENTS, first=OVERLOAD_FIRST)
    if overload:
        loop.run(flood.run(OVERLOAD_S))
    flood_mb = again.rss_mb()
    again.stop()
    loops.append(fsync_loop(folder, uploads.body(0)))
    tally = crowd.tally
    everything = [*tally.acknowledged, *flood.tally.acknowledged]
    found = count(folder, {uploads.digest(number) for number in everything})
    rate = len(tally.acknowledged) / (elapsed - down)
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    latency = np.array(tally.latency_s) * 1e3
    return {
        "uploads_per_s": round(rate, 1),
        "fsync_loop_per_s": round(float(np.mean(loops)), 1),
        "ratio_to_fsync_loop": round(rate / float(np.mean(loops)), 3),
        "acknowledged": len(tally.acknowledged),
        "lost": found.lost,
        "cpu_ms_per_upload": {
            part: round(1e3 * took / len(tally.acknowledged), 3) for part, took in cpu_s.items()
        },
        "duplicates": found.duplicates,
        "settled": found.settled,
        "spooled": found.spooled,
        "p50_ms": round(float(np.percentile(latency, 50)), 2),
        "p99_ms": round(float(np.percentile(latency, 99)), 2),
        "restart_s": round(down, 2),
        "broken_connections": tally.broken,
        "refused": _refused(tally),
        "peak_rss_mb": round(max(server.peak_rss_mb, again.peak_rss_mb), 1),
        "overload": _overload(flood.tally, rss_mb, flood_mb) if overload else None,
        "bytes_each": len(uploads.body(0)),
        "clients": clients,
        "load": load,  # processes that wanted a processor, all of the machine's
        "cpus": len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count(),
    }


def _refused(tally: Tally) -> dict[str, int]:
    return {str(status): number for status, number in sorted(tally.refused.items())}


def _overload(tally: Tally, before_mb: float, after_mb: float) -> dict[str, object]:
    """What became of three times as many clients as are served at once."""
    return {
        "clients": OVERLOAD_CLIENTS,
        "acknowledged": len(tally.acknowledged),
        "answers": _refused(tally),
        "broken_connections": tally.broken,
        "p99_ms": round(float(np.percentile(np.array(tally.latency_s) * 1e3, 99)), 1),
        "rss_mb_before": round(before_mb, 1),
        "rss_mb_after": round(after_mb, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.ingest", description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--clients", type=int, default=64)
    parser.add_argument("--no-overload", action="store_true")
    parser.add_argument("--dir", type=Path, help="where the project lies; default: temporary")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ingest-", dir=arguments.dir) as folder:
        figures = run(Path(folder) / "project", arguments.seconds, arguments.clients,
                      not arguments.no_overload)  # fmt: skip
    if arguments.json:
        print(json.dumps(figures, indent=2))
    else:
        for name, value in figures.items():
            print(f"{name:<22}{value}  [measured]")


if __name__ == "__main__":
    main()
